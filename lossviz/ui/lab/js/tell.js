// Telling Python what it has to compute with: on the way at most every so often, and in the end always.

const TELL_EVERY = 120; // ms

/**
 * Hands over `section.news(lab)`, once for each; never while the section `waits` for a hand to let go, even if that came on
 * it after this was called: the drawing that follows the letting go calls again.
 */
function tellSoon(lab) {
  if (lab.section.waits(lab)) return;
  lab.telling ??= setTimeout(() => {
    lab.telling = undefined;
    if (lab.section.waits(lab)) return;
    const news = lab.section.news(lab), text = JSON.stringify(news);
    if (text === lab.told) return;
    lab.told = text;
    lab.say("heard", news);
  }, TELL_EVERY);
}
