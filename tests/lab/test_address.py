"""The address belongs to the section that was opened last, also while the one before is still being taken away."""

from tests.lab.still import Still
from tests.lab.test_pairs_and_plane import PAIRS, SCRIPTS


def test_two_sections_at_once_do_not_fight_over_the_address(page, tmp_path):
    section = Still(page, tmp_path, SCRIPTS, PAIRS)
    section.page.evaluate(
        """() => {
            const second = document.createElement('div');
            second.innerHTML = '<div class="lab-root"></div>';
            document.body.append(second);
            globalThis.first = document.querySelector('.lab-root').lab;
            globalThis.give2 = (data) => entryOf({ parentElement: second, data, setStateValue: () => {} });
            give2({ ...first.data });
            globalThis.second = second.querySelector('.lab-root').lab;
            second.style.display = 'none';
        }"""
    )
    page.evaluate("() => { first.set({ margin: 1 }); second.set({ margin: 3 }); }")
    page.wait_for_function("decodeURIComponent(location.search).includes('margin!3')")
    page.evaluate("() => first.set({ margin: 1.5 })")
    page.wait_for_timeout(900)
    assert "margin!3" in page.evaluate("decodeURIComponent(location.search)")
