// Marks the terms of the glossary in all that a page says, once a section: each shows its sentence on hover, touch and
// focus. Terms where no mark can stand, in charts, tables and buttons, are listed at the foot of the page.
(() => {
  const { pattern, terms, home } = GLOSSARY;
  const AREAS = '[data-testid="stMain"], [data-testid="stSidebarUserContent"], [data-testid="stPopoverBody"], [data-testid="stDialog"]';
  // What nobody reads as a sentence, and labels whose own help stands beside them.
  const SILENT = 'script, style, code, pre, input, textarea, select, .unseen, .said, .gl-also, .gl-glossary, [data-explained], [data-testid="stIconMaterial"], [data-testid="stTooltipIcon"], [data-testid="stWidgetLabel"]:has([data-testid="stTooltipIcon"])';
  // What is pressed, drawn, or hidden from screen readers: no mark can stand in it.
  const HELD = 'a, button, summary, label:has(input), svg, canvas, [aria-hidden="true"], [role="button"], [role="tab"], [role="option"], [role="radio"], [role="grid"], [role="progressbar"]';
  const SOON = 80, LATEST = 500, LATER = 2000;  // milliseconds after a change, and while changes do not end
  const regex = new RegExp(pattern, "gi"), byName = new Map(terms.filter(([name]) => name)), names = new Set(byName.keys()), known = new Map();
  const marked = new Map();  // text → where its marks stand, and what was put behind it
  const ours = new WeakSet(), watched = new WeakSet();
  const watcher = new MutationObserver((records) => { undo(records); plan(); });
  const style = new CSSStyleSheet();
  let timer, since = 0;

  // -- finding -----------------------------------------------------------------------------------------------------

  const which = (match) => match.findIndex((group, n) => n && group !== undefined) - 1;

  function matches(text) {
    if (!known.has(text)) {
      if (known.size > 5000) known.clear();
      const found = Array.from(text.matchAll(regex), (match) => ({ at: match.index, said: match[0], term: terms[which(match)][0] || match[0] }));
      known.set(text, found.filter(({ at, said }) => !/^ [A-Z]\b/.test(text.slice(at + said.length))));  // "Network A" is a name
    }
    return known.get(text);
  }

  function scan() {
    timer = since = 0;
    undo(watcher.takeRecords());
    for (const text of marked.keys()) if (!text.isConnected) marked.delete(text);
    const page = { seen: new Set(), here: new Set(), held: new Set() };
    for (const area of document.querySelectorAll(AREAS)) {
      page.seen = new Set();
      walk(area, page, false);
    }
    list(page);
    watcher.takeRecords();
    follow();
  }

  const visible = (node) => node.checkVisibility() || getComputedStyle(node).display === "contents";

  function walk(node, page, held) {
    if (node.nodeType === Node.TEXT_NODE) return void (ours.has(node) || read(node, page, held));
    if (node.nodeType !== Node.ELEMENT_NODE || ours.has(node) || node.matches(SILENT) || !visible(node)) return;
    if (node.dataset.help) return explain(node, node.dataset.help);
    if (node.dataset.term) return set(node, node.dataset.term, page);
    if (/^H[1-3]$/.test(node.tagName)) page.seen = new Set();
    held ||= node.matches(HELD);
    if (node.shadowRoot) {
      watch(node.shadowRoot);
      node.shadowRoot.childNodes.forEach((child) => walk(child, page, held));
    }
    [...node.childNodes].forEach((child) => walk(child, page, held));
  }

  function read(text, page, held) {
    const full = marked.get(text)?.full ?? text.data;
    if (full.length < 2) return;
    const found = matches(full);
    if (held) return found.forEach(({ term }) => page.held.add(term));
    const first = found.filter(({ term }) => !page.seen.has(term) && page.seen.add(term));
    mark(text, full, first, page);
  }

  // -- marking -----------------------------------------------------------------------------------------------------

  // The text that is there keeps its beginning, so that whoever drew it finds it again; the rest is put behind it.
  function mark(text, full, found, page) {
    const where = found.map(({ at, said }) => `${at}-${said.length}`).join();
    const known = marked.get(text);
    if (known && known.where === where) return known.marks.forEach((one, n) => set(one, found[n].term, page));
    restore(text);
    if (!found.length) return;
    const marks = [], behind = [];
    found.forEach(({ at, said, term }, n) => {
      const one = document.createElement("span");
      one.textContent = said;
      set(one, term, page);
      marks.push(one);
      behind.push(one, document.createTextNode(full.slice(at + said.length, found[n + 1]?.at)));
    });
    behind.forEach((node) => ours.add(node));
    text.data = full.slice(0, found[0].at);
    text.after(...behind);
    marked.set(text, { full, where, marks, behind });
  }

  function set(one, term, page) {
    one.classList.add("gl-mark");
    one.term = term;
    explain(one, meaning(term), page.here.has(term) ? -1 : 0);  // one stop of the Tab key a page
    page.here.add(term);
    page.seen.add(term);
  }

  function explain(one, meaning, tab = 0) {
    one.tabIndex = tab;
    one.setAttribute("aria-description", meaning);
  }

  // The sentence on a term, or on a feature, whose name is any of its usual spellings.
  function meaning(term) {
    if (!byName.has(term)) byName.set(term, terms[which(new RegExp(pattern, "i").exec(term))][1]);
    return byName.get(term);
  }

  function restore(text) {
    const known = marked.get(text);
    if (!known) return;
    marked.delete(text);
    known.behind.forEach((node) => node.remove());
    text.data = known.full;
  }

  // What the page has drawn anew is whole again: what stood behind it goes.
  function undo(records) {
    for (const { type, target, removedNodes } of records) {
      for (const text of type === "characterData" ? [target] : removedNodes) {
        marked.get(text)?.behind.forEach((node) => node.remove());
        marked.delete(text);
      }
    }
  }

  function list(page) {
    const main = document.querySelector('[data-testid="stMainBlockContainer"]');
    if (!main) return;
    const foot = main.querySelector(":scope > .gl-also") ?? Object.assign(document.createElement("p"), { className: "gl-also" });
    const said = new Set([...page.here].map(meaning));
    const found = [...page.held].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    const left = found.filter((term) => !said.has(meaning(term)) && said.add(meaning(term)));  // of mfcc4, mfcc5 … one
    const text = left.join();
    if (foot.parentNode === main && foot.dataset.words === text) return;
    foot.dataset.words = text;
    foot.replaceChildren("Words in charts, tables and buttons: ");
    left.forEach((term, n) => {
      const one = document.createElement("span");
      one.textContent = term;
      set(one, term, page);
      foot.append(n ? " · " : "", one);
    });
    foot.hidden = !left.length;
    main.append(foot);
  }

  // -- the sentence ------------------------------------------------------------------------------------------------

  const tip = Object.assign(document.createElement("div"), { id: "gl-tip", className: "gl-tip", hidden: true });
  let shown = null, leaving;

  function show(one) {
    clearTimeout(leaving);
    if (one === shown) return;
    shown = one;
    tip.replaceChildren(one.getAttribute("aria-description"));
    if (names.has(one.term)) tip.append(" ", Object.assign(document.createElement("a"), { href: `${home()}glossary?find=${encodeURIComponent(one.term)}`, target: "_blank", textContent: "All terms" }));
    document.querySelector('[data-testid="stApp"]').append(tip);
    tip.hidden = false;
    place();
  }

  function place() {
    if (!shown) return;
    const box = shown.getClientRects()[0] ?? shown.getBoundingClientRect(), { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8))}px`;
    tip.style.top = `${box.bottom + 4 + height > innerHeight ? Math.max(4, box.top - 4 - height) : box.bottom + 4}px`;
  }

  function hide() {
    clearTimeout(leaving);
    shown = null;
    tip.hidden = true;
  }

  // A mark that was drawn anew keeps its sentence.
  function follow() {
    if (!shown || shown.isConnected) return place();
    const again = shown.term && [...marked.values()].flatMap(({ marks }) => marks).find(({ term }) => term === shown.term);
    if (again) { shown = null; show(again); } else hide();
  }

  const markOf = (event) => event.composedPath().find((node) => node.term || node.dataset?.help);
  const inTip = (event) => event.composedPath().includes(tip);
  document.addEventListener("pointerover", (event) => {
    const one = markOf(event);
    if (one && event.pointerType === "mouse") show(one);
    else if (inTip(event)) clearTimeout(leaving);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse" && (markOf(event) || inTip(event)) && !shown?.matches(":focus")) leaving = setTimeout(hide, 250);
  });
  document.addEventListener("focusin", (event) => { const one = markOf(event); if (one) show(one); else if (!inTip(event)) hide(); });
  document.addEventListener("click", (event) => {
    const one = markOf(event);
    if (!one) { if (!inTip(event)) hide(); return; }
    event.preventDefault();  // of the label that it stands in
    show(one);
  });
  document.addEventListener("keydown", (event) => {
    if (!shown) return;
    if (event.key === "Escape") { event.stopPropagation(); hide(); }
    if (event.key === "Enter" && markOf(event)) { event.preventDefault(); tip.querySelector("a")?.focus(); }
  }, true);
  document.addEventListener("scroll", place, true);

  // -- when --------------------------------------------------------------------------------------------------------

  function plan() {
    since ||= performance.now();
    clearTimeout(timer);
    timer = setTimeout(scan, Math.max(0, Math.min(SOON, since + LATEST - performance.now())));
  }

  function watch(root) {
    if (watched.has(root)) return;
    watched.add(root);
    watcher.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["hidden", "open", "aria-expanded", "data-term"] });
    if (root.host) root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
  }

  style.replaceSync(document.getElementById("marks-style").textContent);
  watch(document.body);
  plan();
  setInterval(() => { if (!document.hidden) plan(); }, LATER);  // what came into sight without a change of the document
})();
