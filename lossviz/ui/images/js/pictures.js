// The pictures on this page's buttons, beside those that the view has.

Object.assign(ICONS, {
  undo: "M9 14l-5-5 5-5M4 9h10a6 6 0 0 1 0 12h-3", redo: "M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  wipe: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13", keep: "M12 5v14M5 12h14", remove: "M6 6l12 12M18 6L6 18",
  paste: "M8 5H6v15h12V5h-2M9 3h6v4H9z",
});
