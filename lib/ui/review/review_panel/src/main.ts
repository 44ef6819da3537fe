/** Entry point that Streamlit calls: once to mount, and again whenever Python sends data. */
import { element } from "../../../parts/dom.ts";
import { Panel } from "./panel.ts";
import type { PanelData, Send } from "./types.ts";

interface Mount {
  data: PanelData;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

interface Mounted {
  root: HTMLElement;
  panel: Panel;
}

const mounted = new WeakMap<Node, Mounted>();

export default function mount({ data, parentElement, setTriggerValue }: Mount): () => void {
  const known = mounted.get(parentElement);
  if (known && known.panel.itemId === data.itemId) {
    known.panel.update(data);
  } else {
    known?.panel.destroy();
    known?.root.remove();
    const root = element("aside", { class: "panel", "aria-label": "Review" });
    parentElement.append(root);
    const send: Send = (name, value) => setTriggerValue(name, value);
    mounted.set(parentElement, { root, panel: new Panel(root, data, send) });
  }
  return () => {
    const current = mounted.get(parentElement);
    current?.panel.destroy();
    current?.root.remove();
    mounted.delete(parentElement);
  };
}
