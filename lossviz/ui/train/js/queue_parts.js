// Pieces of the queue: its pictures, and a row for a job.

Object.assign(ICONS, {
  queued: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.5l3 2", running: "M12 4a8 8 0 1 1-8 8", stopping: "M12 4a8 8 0 1 1-8 8M9.5 9.5h5v5h-5z",
  stopped: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9.5 9.5h5v5h-5z", finished: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M8.5 12.5l2.5 2.5 4.5-5.5",
  failed: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9 9l6 6M15 9l-6 6", interrupted: "M13 3l-7 10h5l-1 8 8-11h-5z",
  stop: "M7 7h10v10H7z", up: "M12 19V6M6 12l6-6 6 6", down: "M12 5v13M6 12l6 6 6-6", remove: "M6 6l12 12M18 6L6 18",
  on: "M7 4.5v15l12-7.5z", again: "M12 5a7 7 0 1 1-6.6 4.7M5 4v6h6", fold: "M9 6l6 6-6 6",
});

const DOES = { stop: "Stop", up: "Move up", down: "Move down", remove: "Remove from the list", on: "Go on", again: "Try again" };
const LONG = ["failed", "interrupted"]; // what is said of these takes a line of its own
const IN_WORDS = ["on", "again"]; // what a person looks for after a stop has its name on the button

/** A button for what can be done with jobs; `what` names them for a screen reader. */
function doer(queue, does, ids, what, label = DOES[does]) {
  const spelled = IN_WORDS.includes(does) || label !== DOES[does];
  const made = element("button", { type: "button", class: `lq-do${spelled ? " lq-spelled" : ""}`, "data-do": does, title: label, "aria-label": `${label}: ${what}` }, icon(does), ...(spelled ? [label] : []));
  made.addEventListener("click", () => queue.ask({ do: does, ids }));
  return made;
}

/** A link that stays in the page on a plain click, and opens a tab as any link does. */
function linkTo(queue, { label, title, page, query, href }) {
  const made = element("a", { class: "lq-link", href, title }, label);
  made.addEventListener("click", (event) => {
    if (page === "train" || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    queue.ask({ do: "open", page, query });
  });
  return made;
}

function bar(share, state, label) {
  const made = element("div", { class: `lq-bar lq-${state}`, role: "progressbar", "aria-label": label });
  if (share === null) made.classList.add("lq-vague");
  else made.setAttribute("aria-valuenow", Math.round(100 * share));
  made.append(element("i"));
  made.firstChild.style.width = `${share === null ? 100 : 100 * share}%`;
  return made;
}

/** A job: what it is, where it stands, and what can be done with it. */
function rowOf(queue, job) {
  const what = [job.title, job.varies].filter(Boolean).join(", ");
  const made = element("div", { class: "lq-row", role: "listitem", "data-job": job.id, "data-state": job.state });
  const name = element("div", { class: "lq-name", title: `${job.id}\n${job.meta}` }, element("b", {}, job.title), ...(job.varies ? [element("span", { class: "lq-varies" }, job.varies)] : []));
  if (!queue.grouped(job)) name.append(element("span", { class: "lq-quiet" }, job.meta));
  if (job.detached) name.append(element("span", { class: "lq-quiet", title: "Goes on when the dashboard is closed" }, "detached"));
  const long = LONG.includes(job.state), short = job.state[0].toUpperCase() + job.state.slice(1);
  const state = element("div", { class: `lq-state lq-${job.state}`, title: short }, icon(job.state), element("span", {}, long ? `${short}.` : job.sentence));
  if (job.when) state.append(element("span", { class: "lq-quiet" }, job.when));
  const numbers = element("div", { class: "lq-numbers" }, ...job.numbers.map((words) => element("span", {}, words)));
  const does = element("div", { class: "lq-does" }, ...job.can.map((does) => doer(queue, does, [job.id], what)));
  const links = element("div", { class: "lq-links" }, ...job.links.map((link) => linkTo(queue, link)));
  made.append(name, state, bar(job.share, job.state, what), numbers, links, does);
  if (long) made.append(element("div", { class: "lq-why" }, job.sentence));
  if (job.log) {
    const open = queue.kept(`log ${job.id}`, false), log = element("details", { class: "lq-log", ...(open ? { open: "" } : {}) }, element("summary", {}, "The log's last lines"), element("pre", {}, job.log));
    log.addEventListener("toggle", () => queue.keep(`log ${job.id}`, log.open));
    made.append(log);
  }
  return made;
}
