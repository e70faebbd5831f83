// WCAG 2.2 contrast, from the colours that the browser has computed.

// Runs in the page: the least contrast of every text and field border that is visible, as [ratio, needed, what].
export function poorContrasts() {
  const parse = (colour) => {
    const srgb = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(colour);
    if (srgb) {
      return { rgb: srgb.slice(1, 4).map((part) => Number(part) * 255), alpha: Number(srgb[4] ?? 1) };
    }
    const parts = colour.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const over = (top, alpha, bottom) => top.map((part, index) => part * alpha + bottom[index] * (1 - alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  // The colour behind an element: every background on the way down, with opacity of groups counted in.
  const behind = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) {
      chain.unshift(at);
    }
    let colour = [255, 255, 255];
    for (const at of chain) {
      const style = getComputedStyle(at);
      const { rgb, alpha } = parse(style.backgroundColor);
      colour = over(rgb, alpha, colour);
    }
    return colour;
  };
  const opacity = (element) => {
    let product = 1;
    for (let at = element; at; at = at.parentElement) {
      product *= Number(getComputedStyle(at).opacity);
    }
    return product;
  };

  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || box.width <= 1 || box.height <= 1) {
      continue;
    }
    const style = getComputedStyle(element);
    const background = behind(element);
    const { rgb, alpha } = parse(style.color);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const value = ratio(over(rgb, alpha * opacity(element), background), background);
    found.push([value, large ? 3 : 4.5, `${node.data.trim().slice(0, 40)} (${element.className || element.tagName})`]);
  }
  for (const field of document.querySelectorAll('input:not([type="hidden"]), .message-box')) {
    if (field.checkVisibility() && field.getBoundingClientRect().width > 1) {
      const style = getComputedStyle(field);
      const background = behind(field.parentElement);
      found.push([ratio(parse(style.borderTopColor).rgb, background), 3, `border of #${field.id || field.className}`]);
    }
    if (field.placeholder && field.checkVisibility()) {
      const background = behind(field);
      const style = getComputedStyle(field, '::placeholder');
      found.push([ratio(parse(style.color).rgb, background), 4.5, `placeholder of #${field.id}`]);
    }
  }
  return { count: found.length, poor: found.filter(([value, needed]) => value < needed) };
}
