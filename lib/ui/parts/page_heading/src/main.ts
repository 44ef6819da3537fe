/** Top of a page: breadcrumb, title, facts. All texts are text nodes. */
import { takeMove } from "../../places.ts";
import { addressOf, visit } from "../../visit.ts";

interface Link {
  text: string;
  path: string;
  params: Record<string, string>;
}

interface Fact {
  label: string;
  value: string;
  title?: string;
  tone?: string;
  link?: Link;
}

interface HeadingData {
  crumbs: Link[];
  title: string;
  /** 2 on a card: a page has one heading of level 1. */
  level: 1 | 2;
  lead: string;
  chips: { text: string; tone?: string; title?: string }[];
  facts: Fact[];
  moves: { previous: Link | null; next: Link | null } | null;
}

interface Mount {
  data: HeadingData;
  parentElement: HTMLElement | ShadowRoot;
}

export default function mount({ data, parentElement }: Mount): () => void {
  const root = made("header", "heading");
  const top = made("div", "top");
  if (data.crumbs.length > 0) top.append(crumbs(data.crumbs));
  if (data.moves) top.append(moves(data.moves));
  if (top.childElementCount > 0) root.append(top);
  const line = made("div", "line");
  line.append(made(`h${data.level}`, "", data.title));
  for (const chip of data.chips) {
    const drawn = made("span", `chip ${chip.tone ?? "muted"}`, chip.text);
    if (chip.title) drawn.title = chip.title;
    line.append(drawn);
  }
  root.append(line);
  if (data.lead) root.append(made("p", "lead", data.lead));
  if (data.facts.length > 0) root.append(facts(data.facts));
  for (const old of parentElement.querySelectorAll(".heading")) old.remove();
  parentElement.append(root);
  const title = root.querySelector("h1");
  // Who opened the page reads on from its title.
  if (title && takeMove("push")) {
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }
  return () => root.remove();
}

function crumbs(links: Link[]): HTMLElement {
  const nav = made("nav", "crumbs");
  nav.setAttribute("aria-label", "Breadcrumb");
  for (const link of links) nav.append(anchor({ ...link, text: `‹ ${link.text}` }));
  return nav;
}

function moves({ previous, next }: NonNullable<HeadingData["moves"]>): HTMLElement {
  const nav = made("nav", "moves");
  nav.setAttribute("aria-label", "Previous and next record");
  for (const link of [previous, next]) {
    if (link) nav.append(anchor(link));
  }
  return nav;
}

function facts(list: Fact[]): HTMLElement {
  const root = made("dl", "facts");
  for (const fact of list) {
    const value = made("dd", fact.tone ?? "", fact.link ? "" : fact.value);
    if (fact.link) value.append(anchor({ ...fact.link, text: fact.value }));
    if (fact.title) value.title = fact.title;
    const pair = made("div", "");
    pair.append(made("dt", "", fact.label), value);
    root.append(pair);
  }
  return root;
}

function anchor(link: Link): HTMLElement {
  const drawn = made("a", "", link.text);
  drawn.href = addressOf(link.path, link.params);
  drawn.addEventListener("click", (event) => {
    // Only a plain click is handled here; the browser handles all others (new tab, for example).
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    visit(link.path, link.params);
  });
  return drawn;
}

function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  text = "",
): HTMLElementTagNameMap[Tag] {
  const drawn = document.createElement(tag);
  drawn.className = className;
  if (text) {
    drawn.dir = "auto";
    drawn.textContent = text;
  }
  return drawn;
}
