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

  function legendRow(key, label, note) {
    return el('li', {}, [key, el('span', { class: 'sc-legend-label' }, [label]),
      el('span', { class: 'sc-legend-note' }, [note || ''])]);
  }

  /** The swatch has the opacity of the layer, over the colour of the land. */
  function cellKey(swatch, opacity) {
    return canvasOf(26, 15, (ctx) => {
      ctx.fillStyle = SC.LAND;
      ctx.fillRect(0, 0, 26, 15);
      ctx.globalAlpha = opacity;
      ctx.fillStyle = swatch.colour;
      ctx.fillRect(0, 0, 26, 15);
      ctx.globalAlpha = 1;
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

  /** Legend rows of one layer. */
  function legendRows(layer, words) {
    const entry = layer.entry;
    if (entry.type === 'cells') {
      return entry.themes[layer.theme].swatches
        .map((swatch) => legendRow(cellKey(swatch, entry.opacity), swatch.label, swatch.note));
    }
    if (entry.type === 'points') {
      const rows = entry.styles.map((style, k) => [style, entry.counts[k]])
        .filter((pair) => pair[1] > 0)
        .map((pair) => legendRow(pointKey(pair[0]), pair[0].label, SC.number(pair[1], 0)));
      if (entry.notPlaced) {
        rows.push(el('li', { class: 'sc-legend-text' },
          [words.not_placed.replace('{count}', SC.number(entry.notPlaced, 0))]));
      }
      return rows;
    }
    if (entry.type === 'sites') {
      const rows = [legendRow(siteKey(), entry.label, '')];
      if (entry.note) { rows.push(el('li', { class: 'sc-legend-text' }, [entry.note])); }
      return rows;
    }
    if (entry.type === 'polygons') {
      return entry.inLegend ? entry.styles.map((style) => legendRow(areaKey(style), style.label)) : [];
    }
    const rows = entry.styles.filter((style) => style.label)
      .map((style) => legendRow(lineKey(style, entry.opacity), style.label));
    if (entry.leftOut.length) {
      rows.push(el('li', { class: 'sc-legend-text' },
        [words.hidden_roads.replace('{names}', entry.leftOut.join('、'))]));
    }
    return rows;
  }

  function themePicker(layer, id, words, onChange) {
    const select = el('select', { id: id, 'aria-label': words.theme });
    let group = null, parent = select;
    layer.entry.themes.forEach((theme, k) => {
      if (theme.group !== group) {
        group = theme.group;
        parent = group ? el('optgroup', { label: group }) : select;
        if (group) { select.appendChild(parent); }
      }
      parent.appendChild(el('option', { value: String(k) }, [theme.label]));
    });
    select.value = String(layer.theme);
    select.addEventListener('change', () => onChange(Number(select.value)));
    return select;
  }

  function themeTitle(layer) {
    const theme = layer.entry.themes[layer.theme];
    return (theme.group ? theme.group + ' · ' : '') + theme.label;
  }

  /** One layer of the legend: check box, theme picker where there are several, swatches. */
  function layerBlock(board, layer, k) {
    const words = board.words, entry = layer.entry, block = el('section', { class: 'sc-layer' });
    const box = el('input', { type: 'checkbox', id: board.id + '-layer' + k });
    box.checked = layer.isShown;
    const list = el('ul', { class: 'sc-legend-list' });
    const title = el('span', { class: 'sc-theme-title' });
    const fill = () => {
      refill(list, legendRows(layer, words));
      if (layer.isCells) { title.textContent = themeTitle(layer); }
      block.classList.toggle('sc-off', !layer.isShown);
    };
    box.addEventListener('change', () => { board.show(layer, box.checked); fill(); });
    block.appendChild(el('label', { class: 'sc-layer-name', for: box.id }, [box, entry.label]));
    if (layer.isCells && entry.themes.length > 1) {
      const select = themePicker(layer, board.id + '-theme' + k, words,
        (theme) => { board.setTheme(layer, theme); });
      layer.onTheme = () => { select.value = String(layer.theme); fill(); };
      block.appendChild(select);
    }
    if (layer.isCells) { block.appendChild(title); }
    block.appendChild(list);
    fill();
    return block;
  }

  SC.legend = function (board) {
    const blocks = board.layers.map((layer, k) => layerBlock(board, layer, k)).reverse();
    return el('div', { class: 'sc-legend', role: 'group', 'aria-label': board.words.legend }, blocks);
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
