/* ServiceCircle map, part 4: legend, pickers, what the pointer shows, popups. All text goes in as text, never as HTML. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle;

  /** An element with text or children; strings become text nodes. */
  function el(tag, attributes, children) {
    const node = document.createElement(tag);
    Object.keys(attributes || {}).forEach((name) => { node.setAttribute(name, attributes[name]); });
    (children || []).forEach((child) => {
      node.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
    });
    return node;
  }
  SC.el = el;

  function refill(node, children) {
    while (node.firstChild) { node.removeChild(node.firstChild); }
    children.forEach((child) => { node.appendChild(child); });
  }

  function canvasOf(width, height, paint) {
    const ratio = 2, node = el('canvas', { 'aria-hidden': 'true', class: 'sc-key' });
    node.width = width * ratio;
    node.height = height * ratio;
    node.style.width = width + 'px';
    node.style.height = height + 'px';
    const ctx = node.getContext('2d');
    ctx.scale(ratio, ratio);
    paint(ctx);
    return node;
  }

  function legendRow(row) {
    return el('li', {}, [row.key, el('span', { class: 'sc-legend-label' }, [row.label]),
      el('span', { class: 'sc-legend-note' }, [row.note || ''])]);
  }

  function textRow(text) { return el('li', { class: 'sc-legend-text' }, [text]); }

  /** The swatch has the opacity of the layer, over the colour of the land. */
  function cellKey(swatch, opacity) {
    return canvasOf(26, 15, (ctx) => {
      ctx.fillStyle = SC.LAND;
      ctx.fillRect(0, 0, 26, 15);
      ctx.globalAlpha = opacity;
      ctx.fillStyle = swatch.colour;
      ctx.fillRect(0, 0, 26, 15);
      ctx.globalAlpha = 1;
      if (swatch.hatched && SC.isPrinting) {
        ctx.fillStyle = SC.hatch(ctx, SC.PRINT_HATCH);
        ctx.fillRect(0, 0, 26, 15);
      }
      ctx.strokeStyle = 'rgba(0,0,0,0.35)';
      ctx.strokeRect(0.5, 0.5, 25, 14);
    });
  }
  SC.LAND = '#fbfaf6';

  function areaKey(style) {
    return canvasOf(26, 15, (ctx) => {
      ctx.fillStyle = SC.LAND;
      ctx.fillRect(0, 0, 26, 15);
      if (style.fillColour && style.fill !== 'none') {
        ctx.globalAlpha = style.fillOpacity;
        ctx.fillStyle = style.fill === 'hatch' ? SC.hatch(ctx, style.fillColour) : style.fillColour;
        ctx.fillRect(0, 0, 26, 15);
        ctx.globalAlpha = 1;
      }
      if (style.lineColour) {
        ctx.strokeStyle = style.lineColour;
        ctx.lineWidth = style.lineWidth;
        ctx.setLineDash(style.dash);
        ctx.strokeRect(1, 1, 24, 13);
      }
    });
  }

  function lineKey(style, opacity) {
    return canvasOf(26, 15, (ctx) => {
      ctx.globalAlpha = opacity;
      ctx.lineCap = 'round';
      [style.casing, style.colour].forEach((colour, i) => {
        if (!colour) { return; }
        ctx.strokeStyle = colour;
        ctx.lineWidth = Math.min(style.width, 5) + (i ? 0 : 1.6);
        ctx.setLineDash(i ? style.dash : []);
        ctx.beginPath();
        ctx.moveTo(3, 8);
        ctx.lineTo(23, 8);
        ctx.stroke();
      });
    });
  }

  function pointKey(style) {
    return canvasOf(26, 18, (ctx) => {
      SC.symbol(ctx, style.shape, 13, 9, Math.min(style.size, 13), style.colour);
    });
  }

  const siteKey = () => canvasOf(26, 24, (ctx) => { SC.siteSymbol(ctx, 13, 12, '1'); });

  /** Keys and sentences of the legend of one layer. */
  function legendOf(layer, words) {
    const entry = layer.entry;
    if (entry.type === 'cells') {
      return { texts: [], rows: entry.themes[layer.theme].swatches.map((swatch) => ({
        key: cellKey(swatch, entry.opacity), label: swatch.label, note: swatch.note
      })) };
    }
    if (entry.type === 'points') {
      return {
        rows: entry.styles.map((style, k) => ({
          key: pointKey(style), label: style.label, count: entry.counts[k],
          note: SC.number(entry.counts[k], 0)
        })).filter((row) => row.count > 0),
        texts: entry.notPlaced
          ? [words.not_placed.replace('{count}', SC.number(entry.notPlaced, 0))] : []
      };
    }
    if (entry.type === 'sites') {
      return { rows: [{ key: siteKey(), label: entry.label }], texts: entry.note ? [entry.note] : [] };
    }
    if (entry.type === 'polygons') {
      return { texts: [],
        rows: entry.styles.map((style) => ({ key: areaKey(style), label: style.label })) };
    }
    return {
      rows: entry.styles.filter((style) => style.label)
        .map((style) => ({ key: lineKey(style, entry.opacity), label: style.label })),
      texts: entry.leftOut.length
        ? [words.hidden_roads.replace('{names}', entry.leftOut.join('、'))] : []
    };
  }

  function themeTitle(theme) { return (theme.group ? theme.group + ' · ' : '') + theme.label; }

  function themePicker(layer, id, words, onChange) {
    const select = el('select', { id: id, 'aria-label': words.theme }, layer.entry.themes
      .map((theme, k) => el('option', { value: String(k) }, [themeTitle(theme)])));
    select.value = String(layer.theme);
    select.addEventListener('change', () => onChange(Number(select.value)));
    return select;
  }

  /** One layer of the legend: check box, theme picker where there are several, keys. */
  function layerBlock(board, layer, k) {
    const words = board.words, entry = layer.entry, block = el('section', { class: 'sc-layer' });
    const box = el('input', { type: 'checkbox', id: board.id + '-layer' + k });
    box.checked = layer.isShown;
    const first = legendOf(layer, words);
    // A layer with one key needs one line, not two.
    const isOne = !layer.isCells && first.rows.length === 1;
    const name = isOne ? first.rows[0].label : entry.label;
    const heading = el('label', { class: 'sc-layer-name', for: box.id },
      [box].concat(isOne ? [first.rows[0].key] : [], [el('span', {}, [name])],
        isOne && first.rows[0].note
          ? [el('span', { class: 'sc-legend-note' }, [first.rows[0].note])] : []));
    if (isOne) {
      heading.classList.add('sc-one');
      block.classList.add('sc-slim');
    }
    const list = el('ul', { class: 'sc-legend-list' });
    const title = el('span', { class: 'sc-theme-title' });
    const fill = () => {
      const legend = legendOf(layer, words);
      refill(list, (isOne ? [] : legend.rows.map(legendRow)).concat(legend.texts.map(textRow)));
      if (layer.isCells) { title.textContent = themeTitle(entry.themes[layer.theme]); }
      block.classList.toggle('sc-off', !layer.isShown);
    };
    box.addEventListener('change', () => { board.show(layer, box.checked); fill(); });
    block.appendChild(heading);
    if (layer.isCells && entry.themes.length > 1) {
      const select = themePicker(layer, board.id + '-theme' + k, words,
        (theme) => { board.setTheme(layer, theme); });
      block.appendChild(select);
      layer.onTheme = () => { select.value = String(layer.theme); fill(); };
    }
    layer.onShow = () => { box.checked = layer.isShown; fill(); };
    if (layer.isCells) { block.appendChild(title); }
    block.appendChild(list);
    fill();
    return block;
  }

  /** The cells and their theme come first, then the layers from top to bottom. */
  SC.legend = function (board) {
    const blocks = board.layers.filter((layer) => layer.entry.inLegend !== false)
      .map((layer, k) => ({ layer: layer, node: layerBlock(board, layer, k) })).reverse();
    const cells = blocks.filter((one) => one.layer.isCells);
    const others = blocks.filter((one) => !one.layer.isCells);
    return el('div', { class: 'sc-legend', role: 'group', 'aria-label': board.words.legend },
      cells.concat(others).map((one) => one.node));
  };

  /** A small table of [label, value, more] rows. */
  function table(rows) {
    return el('table', { class: 'sc-table' }, [el('tbody', {}, rows.map((row) => {
      const value = el('td', {}, [row[1]]);
      if (row[2]) { value.appendChild(el('small', {}, [row[2]])); }
      return el('tr', {}, [el('th', { scope: 'row' }, [row[0]]), value]);
    }))]);
  }

  /** What a popup shows: a feature, and the people of the cell below. */
  SC.popupContent = function (hit, cell, words) {
    const parts = [];
    if (hit) {
      if (hit.title) { parts.push(el('strong', { class: 'sc-popup-title' }, [hit.title])); }
      if (hit.subtitle && hit.subtitle !== hit.title) {
        parts.push(el('span', { class: 'sc-popup-kind' }, [hit.subtitle]));
      }
      if (hit.rows.length) { parts.push(table(hit.rows)); }
      if (hit.note) { parts.push(el('p', { class: 'sc-popup-note' }, [hit.note])); }
    }
    if (cell && !(hit && hit.isPoint)) {
      if (hit) { parts.push(el('hr')); }
      parts.push(table(cell.rows));
    }
    if (!parts.length) { parts.push(el('span', {}, [words.no_data])); }
    return el('div', { class: 'sc-popup' }, parts);
  };

  SC.readout = function (words) {
    const body = el('div', {}, [words.inspect]);
    const node = el('div', { class: 'sc-readout', 'aria-live': 'off' }, [
      el('strong', {}, [words.pointer]), body]);
    return {
      node: node,
      show: (rows, title) => {
        const parts = title ? [el('div', { class: 'sc-readout-title' }, [title])] : [];
        parts.push(rows && rows.length ? table(rows) : el('span', {}, [title ? '' : words.no_data]));
        refill(body, parts);
      }
    };
  };

  /** Search over the names of facilities, zones and sites; works with the keyboard alone. */
  SC.searchBox = function (board) {
    const words = board.words, list = el('ul', { class: 'sc-found' });
    const input = el('input', {
      type: 'search', placeholder: words.search, 'aria-label': words.search, autocomplete: 'off'
    });
    const find = () => {
      const wanted = input.value.trim().toLowerCase();
      const rows = [];
      if (wanted) {
        board.layers.forEach((layer) => {
          (layer.places ? layer.places() : []).forEach((place) => {
            if (rows.length < 8 && place.name.toLowerCase().indexOf(wanted) >= 0) { rows.push(place); }
          });
        });
      }
      refill(list, rows.map((place) => {
        const button = el('button', { type: 'button' }, [place.name, el('small', {}, [place.kind])]);
        button.addEventListener('click', () => { board.goTo(place); });
        return el('li', {}, [button]);
      }).concat(wanted && !rows.length ? [el('li', {}, [words.search_none])] : []));
    };
    input.addEventListener('input', find);
    return el('div', { class: 'sc-search', role: 'search' }, [input, list]);
  };
}(window));
