"""What every model promises, and what the named ones are."""

from urllib.error import URLError

import numpy as np
import pytest
import torch

from lossviz import models
from lossviz.errors import TrainingError
from lossviz.models.base import Flatten


def build(name, shape=(1, 28, 28), dim=3, seed=0, **knobs):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return models.get(name)(**knobs).build(shape, dim, [0.5] * shape[0], [0.25] * shape[0])


def pictures(count, shape):
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8))


@pytest.mark.parametrize("name", models.available())
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 64)])
def test_every_size_gives_unconfined_embeddings_and_gradients(name, shape):
    net = build(name, shape, dim=2)
    embeddings = net(pictures(24, shape))
    assert embeddings.shape == (24, 2)
    centred = embeddings - embeddings.mean(0)
    assert (centred > 0).any() and (centred < 0).any()
    assert (embeddings != 0).all(), "a ReLU on the embedding would leave zeros"
    embeddings.square().sum().backward()
    assert all(tensor.grad is not None and torch.isfinite(tensor.grad).all() for tensor in net.parameters())


@pytest.mark.parametrize("name", models.available())
def test_seed_decides_the_weights(name):
    one, same, other = (build(name, seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", models.available())
def test_batch_norm_on_the_embedding_is_a_knob(name):
    plain = build(name)(pictures(64, (1, 28, 28)))
    normed = build(name, embedding_bn=True)(pictures(64, (1, 28, 28)))
    assert normed.mean(0).abs().max() < 1e-4
    assert (normed.std(0) - 1).abs().max() < 0.02
    assert (plain.std(0) - 1).abs().max() > 0.02
    open_ones = [(2, 100), (3, 100), (4, 100), (512, 10)]
    assert [models.get(name)().settled(*sizes).embedding_bn for sizes in open_ones] == [False, False, True, False]
    assert models.get(name)(embedding_bn=False).settled(512, 100).embedding_bn is False


def test_pixels_are_standardised_inside_the_net():
    seen = []
    net = build("mlp", (3, 8, 8))
    net.trunk.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    net.eval()(torch.full((1, 3, 8, 8), 255, dtype=torch.uint8))
    assert torch.allclose(seen[0], torch.full((1, 3, 8, 8), (1 - 0.5) / 0.25))


def test_resnet18_has_the_published_size_and_the_stem_asked_for():
    net = build("resnet18", (3, 224, 224), dim=1000)
    trainable = sum(tensor.numel() for tensor in net.parameters())
    assert trainable == 11_689_512, "torchvision's count for 1000 outputs"
    assert build("resnet18", (3, 32, 32)).trunk.conv1.kernel_size == (3, 3)
    assert build("resnet18", (3, 32, 32), stem="imagenet").trunk.conv1.kernel_size == (7, 7)
    assert build("resnet18", (3, 65, 65)).trunk.conv1.stride == (2, 2)


def test_vgg8_and_lenetpp_have_the_published_layers():
    def widths(name, kind):
        return [
            m.out_channels for m in build(name).modules() if isinstance(m, torch.nn.Conv2d) and m.kernel_size == kind
        ]

    assert widths("vgg8", (3, 3)) == [16, 16, 32, 32, 64, 64]
    assert widths("lenetpp", (5, 5)) == [32, 32, 64, 64, 128, 128]


def test_gradients_keep_the_order_of_the_maps_they_are_of():
    maps = torch.randn(4, 8, 5, 5).contiguous(memory_format=torch.channels_last).requires_grad_()
    weights = torch.randn(8 * 25)
    ours, usual = (
        torch.autograd.grad((flatten(maps * 2.0) @ weights).sum(), maps)[0]
        for flatten in (Flatten(), torch.nn.Flatten())
    )
    assert torch.equal(ours, usual)
    assert ours.is_contiguous(memory_format=torch.channels_last)
    assert not usual.is_contiguous(memory_format=torch.channels_last)


def resnet(shape=(1, 28, 28), dim=10, **knobs):
    return build("resnet18", shape, dim, **{"stem": "imagenet", **knobs})


def test_resnet18_sees_grey_images_in_colour_and_at_the_size_asked_for():
    net, seen = resnet(rgb=True, side=32, pixels="half"), []
    net.trunk[1].conv1.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    pixels = pictures(4, (1, 28, 28))
    assert net(pixels).shape == (4, 10)
    assert seen[0].shape == (4, 3, 32, 32) and torch.equal(seen[0][:, 0], seen[0][:, 2])
    assert net.trunk[1].conv1.weight.shape == (64, 3, 7, 7)
    wanted = torch.nn.functional.interpolate((pixels / 255 - 0.5) / 0.5, (32, 32), mode="bilinear", antialias=True)
    assert torch.allclose(seen[0][:, :1], wanted, atol=1e-5)
    plain = resnet()
    assert plain.trunk.conv1.weight.shape == (64, 1, 7, 7), "it is torchvision's net alone where nothing is asked for"


def test_pixels_are_standardised_by_the_data_or_by_a_half():
    def made(pixels):
        return models.get("resnet18")(pixels=pixels).build((3, 32, 32), 2, [0.1, 0.2, 0.3], [0.4, 0.5, 0.6])

    assert made("half").mean.ravel().tolist() == [0.5] * 3 and made("half").std.ravel().tolist() == [0.5] * 3
    assert made("data").mean.ravel().tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_a_hidden_layer_with_relu_stands_below_the_embedding_and_none_on_it():
    net = resnet(hidden=512)
    assert [type(part).__name__ for part in net.trunk.fc] == ["Linear", "ReLU"]
    assert net.head.in_features == net.trunk.fc[0].out_features == 512
    assert (net(pictures(8, (1, 28, 28))) < 0).any()
    assert isinstance(resnet().trunk.fc, torch.nn.Identity)


def test_pretrained_weights_are_torchvisions_and_are_not_fetched_to_put_in_others(monkeypatch):
    from torchvision.models import ResNet18_Weights, resnet18

    torch.manual_seed(5)
    kept, asked = resnet18(weights=None).state_dict(), []

    def answer(self, *args, **options):
        asked.append(self)
        return kept

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", answer)
    loaded = resnet(shape=(3, 32, 32), pretrained=True)
    assert torch.equal(loaded.trunk.conv1.weight, kept["conv1.weight"]) and len(asked) == 1
    assert not torch.equal(resnet(shape=(3, 32, 32)).trunk.conv1.weight, kept["conv1.weight"])
    bare = models.get("resnet18")(stem="imagenet", pretrained=True).unloaded()
    bare.build((3, 32, 32), 10, [0.5] * 3, [0.5] * 3)
    assert len(asked) == 1 and bare.stem == "imagenet"
    for wrong in ({"stem": "cifar"}, {"shape": (1, 28, 28)}):
        with pytest.raises(TrainingError, match=r"--stem imagenet.*--rgb"):
            resnet(**{"shape": (3, 32, 32), "pretrained": True, **wrong})


def test_no_network_for_the_pretrained_weights_is_told_in_a_sentence(monkeypatch):
    from torchvision.models import ResNet18_Weights

    def refuse(self, *args, **options):
        raise URLError("no route")

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", refuse)
    with pytest.raises(TrainingError, match=r"could not be downloaded.*no route.*leave --pretrained out"):
        resnet(shape=(3, 32, 32), pretrained=True)
