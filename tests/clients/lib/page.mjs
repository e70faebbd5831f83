// As much of a browser's page as the JSONP transport of clients 1.x and 2.x uses: scripts that load and run, and forms that
// post into an iframe. With it, Node runs their own code for it; a real browser is tests/browser's.
import vm from "node:vm";

class Element {
  style = {};
  children = [];
  parentNode = null;

  constructor(name) {
    this.tagName = name;
  }

  setAttribute(name, value) {
    this[name] = value;
  }

  appendChild(child) {
    child.parentNode = this;
    this.children.push(child);
    if (child.tagName === "script") load(child);
    return child;
  }

  insertBefore(child) {
    return this.appendChild(child);
  }

  removeChild(child) {
    this.children.splice(this.children.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  /** A form posts its textarea, and whatever comes back is loaded into its iframe. */
  submit() {
    const [area] = this.children.filter(({ tagName }) => tagName === "textarea");
    const [iframe] = this.children.filter(({ tagName }) => tagName === "iframe");
    // As browsers do it to line ends.
    const body = new URLSearchParams({ [area.name]: area.value.replace(/\r\n|\r|\n/g, "\r\n") });
    fetch(this.action, { method: "POST", body }).then((answer) => answer.text()).catch(() => {}).finally(() => iframe.onload?.());
  }
}

async function load(script) {
  try {
    const answer = await fetch(script.src);
    const type = answer.headers.get("content-type");
    if (!answer.ok || !type.startsWith("text/javascript")) throw new Error(`${answer.status} ${type}`);
    vm.runInThisContext(await answer.text());
  } catch (error) {
    script.onerror?.(error);
  }
}

const head = new Element("head");
// The page's own script, beside which 1.0 puts its.
const own = Object.assign(new Element("script"), { parentNode: head });
const page = {
  head,
  body: new Element("body"),
  createElement(name) {
    if (!/^\w+$/.test(name)) throw new Error(`${name} is not a name`);
    return new Element(name);
  },
  getElementsByTagName: (name) => (name === "script" ? [own] : []),
};

/** Makes a page of this process, if it is none yet. */
export function becomePage() {
  globalThis.document ??= page;
}
