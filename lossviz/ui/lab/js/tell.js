// Telling Python what it has to compute with: on the way at most every so often, and in the end always.

const TELL_EVERY = 120; // ms

/** Hands over `section.news(lab)`, once for each. */
function tellSoon(lab) {
  lab.telling ??= setTimeout(() => {
    lab.telling = undefined;
    const news = lab.section.news(lab), text = JSON.stringify(news);
    if (text === lab.told) return;
    lab.told = text;
    lab.say("heard", news);
  }, TELL_EVERY);
}
