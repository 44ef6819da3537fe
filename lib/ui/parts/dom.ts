/** Helpers that create elements; texts become text nodes, never HTML. */

type Attributes = Readonly<Record<string, string>>;

/** Create an element with attributes and children; strings become text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the player, drawn as one path on a 24 x 24 grid; hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** A button with an icon; its name is tooltip and accessible label. */
export function iconButton(name: string, path: string, press: () => void): HTMLButtonElement {
  const button = element("button", { type: "button", class: "icon", title: name }, icon(path));
  button.setAttribute("aria-label", name);
  button.addEventListener("click", (event) => {
    // After a mouse click the keys go to the player again: space plays, and does not press this button.
    if (event.detail > 0) button.blur();
    press();
  });
  return button;
}

export const ICONS = {
  play: "M8 5.5v13a.6.6 0 0 0 .9.5l10.3-6.5a.6.6 0 0 0 0-1L8.9 5a.6.6 0 0 0-.9.5z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
  loop: "M17 3l4 4-4 4V8H8a3 3 0 0 0-3 3v1H3v-1a5 5 0 0 1 5-5h9zM7 21l-4-4 4-4v3h9a3 3 0 0 0 3-3v-1h2v1a5 5 0 0 1-5 5H7z",
  skip: "M4 6.2v11.6a.5.5 0 0 0 .8.4L12 13v4.8a.5.5 0 0 0 .8.4l7.9-5.8a.5.5 0 0 0 0-.8l-7.900-5.800a.5.5 0 0 0-.8.4V11L4.800 5.800a.5.5 0 0 0-.8.4z",
  link: "M10.6 13.400a4 4 0 0 0 5.700 0l3-3a4 4 0 1 0-5.700-5.700l-1.200 1.200 1.400 1.400 1.200-1.200a2 2 0 1 1 2.900 2.900l-3 3a2 2 0 0 1-2.900 0zM13.400 10.600a4 4 0 0 0-5.700 0l-3 3a4 4 0 1 0 5.700 5.700l1.200-1.200-1.400-1.400-1.200 1.200a2 2 0 1 1-2.900-2.900l3-3a2 2 0 0 1 2.900 0z",
  up: "M12 8l7 7-1.400 1.400L12 10.800l-5.600 5.600L5 15z",
  down: "M12 16L5 9l1.400-1.400 5.600 5.600 5.600-5.600L19 9z",
  find: "M10.500 4a6.500 6.500 0 1 0 4 11.600l4.700 4.700 1.400-1.400-4.700-4.700A6.500 6.500 0 0 0 10.500 4zm0 2a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z",
  help: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 15.500h-2v-2h2zm1.900-6.900l-.9.9c-.7.700-1 1.300-1 2.500h-2v-.5c0-1.100.4-2.100 1.200-2.800l1.200-1.300c.4-.3.6-.8.6-1.400a2 2 0 1 0-4 0H8a4 4 0 1 1 8 0c0 .9-.4 1.700-1.100 2.600z",
} as const;

const TYPED = "input:not([type=radio], [type=checkbox]), textarea, select";
const PRESSED = "input, button, a, summary, [role=button]";

/** True while the reader types, or if the focused control handles the key itself. */
export function takesKeys(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest(TYPED)) return true;
  return event.key === " " && target.closest(PRESSED) !== null;
}
