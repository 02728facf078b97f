"""The Loss lab: pictures of what losses do, drawn in the browser while a knob is dragged."""
