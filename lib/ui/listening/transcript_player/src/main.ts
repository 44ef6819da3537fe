/** Entry point that Streamlit calls: once to mount, and again whenever Python sends data. */
import { element } from "../../../parts/dom.ts";
import { Player } from "./player.ts";
import type { PlayerData, Send } from "./types.ts";

interface Mount {
  data: PlayerData;
  parentElement: HTMLElement | ShadowRoot;
  setTriggerValue: (name: string, value: unknown) => void;
}

interface Mounted {
  root: HTMLElement;
  player: Player;
}

const mounted = new WeakMap<Node, Mounted>();

export default function mount({ data, parentElement, setTriggerValue }: Mount): () => void {
  const known = mounted.get(parentElement);
  if (known && known.player.sessionId === data.sessionId) {
    known.player.update(data);
  } else {
    known?.player.destroy();
    known?.root.remove();
    const root = element("div", { class: "player" });
    parentElement.append(root);
    const send: Send = (name, value) => setTriggerValue(name, value);
    mounted.set(parentElement, { root, player: new Player(root, data, send) });
  }
  return () => {
    const current = mounted.get(parentElement);
    current?.player.destroy();
    current?.root.remove();
    mounted.delete(parentElement);
  };
}
