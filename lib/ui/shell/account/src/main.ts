/** The signed-in member and "Sign out", which is a form because it changes state. */
import { keepPlaces } from "../../../parts/places.ts";

interface AccountData {
  name: string;
  initials: string;
  role: string;
  id: string;
  signOutPath: string;
  /** `name=value` for the browser to keep, because a choice outlives the tab; empty without one. */
  cookie: string;
}

interface Mount {
  data: AccountData;
  parentElement: HTMLElement | ShadowRoot;
}

export default function mount({ data, parentElement }: Mount): () => void {
  if (data.cookie) document.cookie = `${data.cookie}; Path=/; SameSite=Lax; Max-Age=31536000`;
  // On every page, so it keeps the places of all of them.
  const ended = new AbortController();
  keepPlaces(ended.signal);
  const form = document.createElement("form");
  form.className = "account";
  form.method = "post";
  form.action = data.signOutPath;
  const initials = text("span", "initials", data.initials);
  initials.setAttribute("aria-hidden", "true");
  const who = text("span", "who", "");
  who.title = data.id;
  who.append(text("span", "name", data.name), text("span", "role", data.role));
  const button = text("button", "", "Sign out");
  button.setAttribute("type", "submit");
  form.append(initials, who, button);
  for (const old of parentElement.querySelectorAll(".account")) old.remove();
  parentElement.append(form);
  return () => {
    ended.abort();
    form.remove();
  };
}

function text(tag: string, className: string, content: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  if (content) made.textContent = content;
  return made;
}
