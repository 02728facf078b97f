// Streamlit calls the default export at mount and again with every new `data` or theme; the DOM stays the same.

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lab-root");
  if (!root.lab) {
    root.lab = new Lab(root);
    root.lossviz = handleOf(root.lab);
  }
  root.lab.setData(data, setStateValue);
  return () => {
    root.lab?.release();
    root.lab = root.lossviz = undefined;
  };
}
