/* ServiceCircle map, part 5: putting the parts on a Leaflet map, as a page of its own or inside the app. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle, el = SC.el;
  let boards = 0;

  /** What is shared by everything on one map: shown layers, the canvas of names. */
  function stageOf(map) {
    if (map.scStage) { return map.scStage; }
    const stage = map.scStage = {
      shown: new Set(), words: {}, readout: null, tooltip: null, board: null, onTheme: new Set()
    };
    stage.labels = new SC.Canvas({ order: 345, padding: 0 });
    stage.labels.paint = (ctx, view) => {
      const labels = [], obstacles = [];
      stage.shown.forEach((layer) => {
        // Paper shows more detail than a screen at the same zoom.
        const zoom = view.zoom + (SC.isPrinting ? 1 : 0);
        if (layer.labels) { labels.push.apply(labels, layer.labels(zoom)); }
        if (layer.obstacles) { obstacles.push.apply(obstacles, layer.obstacles(view.zoom)); }
      });
      labels.sort((a, b) => a.rank - b.rank);
      SC.paintLabels(ctx, view, labels, obstacles);
    };
    stage.labels.addTo(map);
    let isWaiting = false;
    stage.relabel = () => {
      if (isWaiting) { return; }
      isWaiting = true;
      root.requestAnimationFrame(() => { isWaiting = false; stage.labels.redraw(); });
    };
    return stage;
  }

  /** Keep the stage informed of when a layer is on its map. */
  function follow(layer) {
    layer.leaflet.on('add', () => {
      const stage = stageOf(layer.leaflet._map);
      layer.stage = stage;
      stage.shown.add(layer);
      stage.relabel();
    });
    layer.leaflet.on('remove', () => {
      layer.stage.shown.delete(layer);
      layer.stage.relabel();
    });
    layer.ready.then(() => { if (layer.stage) { layer.stage.relabel(); } });
    return layer;
  }

  function viewOf(map) { return { scale: 256 * Math.pow(2, map.getZoom()), zoom: map.getZoom() }; }

  /** Uppermost feature under a place, and the values of the uppermost shown cells. */
  function ask(map, latlng) {
    const stage = stageOf(map), world = SC.world(latlng.lng, latlng.lat);
    const at = { x: world[0], y: world[1] }, view = viewOf(map);
    const layers = Array.from(stage.shown).sort((a, b) =>
      b.leaflet.options.order - a.leaflet.options.order);
    let hit = null, cell = null;
    layers.forEach((layer) => {
      if (!hit && layer.hit) { hit = layer.hit(at, view); }
      if (!cell && layer.values) { cell = layer.values(latlng, stage.words); }
    });
    return { hit: hit, cell: cell };
  }
  SC.ask = ask;

  function openPopup(map, latlng) {
    const answer = ask(map, latlng), stage = stageOf(map);
    if (!answer.hit && !answer.cell) { return false; }
    const place = answer.hit && answer.hit.isPoint ? answer.hit.latlng : latlng;
    const popup = L.popup({ maxWidth: 340, autoPanPadding: [20, 20] }).setLatLng(place)
      .setContent(SC.popupContent(answer.hit, answer.cell, stage.words));
    popup.openOn(map);
    const close = popup.getElement().querySelector('.leaflet-popup-close-button');
    if (close) { close.setAttribute('aria-label', stage.words.close); }
    return true;
  }

  /** Tell the app of a click. Its component would wait for a quarter of a second; it finds the click
   * answered and says nothing more. The time makes a second click on the same place another one. */
  function answerAtOnce(map, latlng) {
    const hit = ask(map, latlng).hit;
    // A click on a sign means the thing itself, not a place some metres beside it.
    if (hit && hit.isPoint) { latlng.lat = hit.latlng.lat; latlng.lng = hit.latlng.lng; }
    const data = root.__GLOBAL_DATA__;
    if (!root.Streamlit || !data || String(data.returned_objects) !== 'last_clicked') { return; }
    latlng.at = Date.now();
    data.previous_data = { last_clicked: latlng };
    root.Streamlit.setComponentValue(data.previous_data);
  }

  function listen(map, stage, options) {
    let wanted = null;
    const point = () => {
      const latlng = wanted;
      wanted = null;
      const answer = ask(map, latlng), isPoint = answer.hit && answer.hit.isPoint;
      map.getContainer().classList.toggle('sc-over', Boolean(isPoint));
      if (stage.readout) { stage.readout.show(answer.cell && answer.cell.rows, ''); }
      if (isPoint) {
        stage.tooltip.setLatLng(answer.hit.latlng).setContent(el('span', {}, [answer.hit.title]));
        if (!map.hasLayer(stage.tooltip)) { stage.tooltip.addTo(map); }
      } else if (map.hasLayer(stage.tooltip)) { stage.tooltip.remove(); }
    };
    map.on('mousemove', (event) => {
      if (!wanted) { root.requestAnimationFrame(point); }
      wanted = event.latlng;
    });
    map.on('mouseout', () => { if (map.hasLayer(stage.tooltip)) { stage.tooltip.remove(); } });
    if (options.popups !== false) { map.on('click', (event) => { openPopup(map, event.latlng); }); }
    map.on('click', (event) => { answerAtOnce(map, event.latlng); });
    const home = map.getContainer();
    // The cross in the middle is for those who move the map with keys.
    home.addEventListener('keydown', (event) => {
      if (event.target !== home) { return; }
      home.classList.add('sc-keys');
      if (event.key === 'Enter') { openPopup(map, map.getCenter()); }
    });
    home.addEventListener('mousedown', () => { home.classList.remove('sc-keys'); });
  }

  function furniture(map, words, options) {
    map.attributionControl.setPrefix(false);
    if (options.attribution) {
      map.attributionControl.addAttribution(el('i', {}, [options.attribution]).innerHTML);
    }
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    const north = L.control({ position: 'topright' });
    north.onAdd = () => {
      const node = el('div', { class: 'sc-north', role: 'img', 'aria-label': words.north });
      node.innerHTML = '<svg viewBox="0 0 24 34" width="26" height="38" aria-hidden="true">' +
        '<path d="M12 1 4 32l8-6z" fill="#222"/><path d="M12 1l8 31-8-6z" fill="#fff"/>' +
        '<path d="M12 1 4 32l8-6 8 6z" fill="none" stroke="#222"/></svg>';
      node.insertBefore(el('b', {}, [words.north]), node.firstChild);
      return node;
    };
    north.addTo(map);
    if (map.zoomControl) {
      map.zoomControl._zoomInButton.title = words.zoom_in;
      map.zoomControl._zoomOutButton.title = words.zoom_out;
      map.zoomControl._zoomInButton.setAttribute('aria-label', words.zoom_in);
      map.zoomControl._zoomOutButton.setAttribute('aria-label', words.zoom_out);
    }
    map.getContainer().appendChild(el('div', { class: 'sc-crosshair', 'aria-hidden': 'true' }));
  }

  /** Remember view, theme and layers of a map in the tab, so that a page can be left and entered again. */
  function remember(board, key) {
    const map = board.map, name = 'servicecircle:' + key;
    const keep = () => {
      const centre = map.getCenter();
      try {
        root.sessionStorage.setItem(name, JSON.stringify({
          view: [centre.lat, centre.lng, map.getZoom()],
          layers: board.layers.map((layer) => [layer.entry.id, layer.isShown,
            layer.isCells ? layer.entry.themes[layer.theme].id : ''])
        }));
      } catch (error) { /* Private windows refuse storage: nothing is remembered. */ }
    };
    let kept = null;
    try { kept = JSON.parse(root.sessionStorage.getItem(name)); } catch (error) { kept = null; }
    if (kept) {
      kept.layers.forEach((row) => {
        const layer = board.layers.find((one) => one.entry.id === row[0]);
        if (!layer) { return; }
        board.show(layer, row[1]);
        const theme = layer.isCells ? layer.entry.themes.findIndex((one) => one.id === row[2]) : -1;
        if (theme > 0) { board.setTheme(layer, theme); }
      });
    }
    const view = kept ? kept.view : askedView();
    if (view) { map.setView([view[0], view[1]], view[2], { animate: false }); }
    board.onChange = keep;
    map.on('moveend', () => { keep(); keepAddress(map); });
    return Boolean(kept);
  }

  /** Put the layers of a document on a Leaflet map; returns the board that the panel works on. */
  SC.attach = function (map, doc, options) {
    const words = doc.strings, stage = stageOf(map);
    stage.words = words;
    stage.tooltip = L.tooltip({ direction: 'top', offset: [0, -8], className: 'sc-tip' });
    const board = {
      id: 'sc' + (boards++), map: map, stage: stage, words: words, onChange: () => {},
      attribution: doc.attribution || '', background: doc.background,
      layers: doc.layers.map((entry, k) => follow(SC.makeLayer(entry, doc.blobs, 10 + 5 * k))),
      show: (layer, isShown) => {
        layer.isShown = isShown;
        if (isShown) { layer.leaflet.addTo(map); } else { layer.leaflet.remove(); }
        stage.onTheme.forEach((sync) => { sync(); });
        board.onChange();
      },
      setTheme: (layer, theme) => {
        layer.setTheme(theme);
        if (layer.onTheme) { layer.onTheme(); }
        stage.onTheme.forEach((sync) => { sync(); });
        board.onChange();
      },
      goTo: (place) => {
        map.setView(place.latlng, Math.max(map.getZoom(), 14), { animate: false });
        openPopup(map, place.latlng);
      }
    };
    const pictures = [];
    board.layers.forEach((layer) => {
      layer.isShown = layer.entry.visible;
      if (!layer.isShown) { return; }
      if (layer.leaflet.setUrl) {
        pictures.push(new Promise((resolve, reject) => {
          layer.leaflet.once('load', resolve);
          layer.leaflet.once('error', () => { reject(new Error(layer.entry.label)); });
        }));
      }
      layer.leaflet.addTo(map);
    });
    stage.board = board;
    map.getContainer().style.background = doc.background;
    furniture(map, words, { attribution: doc.attribution });
    if (options.tiles) {
      L.tileLayer(options.tiles[0], { attribution: el('i', {}, [options.tiles[1]]).innerHTML }).addTo(map);
    }
    // What is fitted fills what the legend leaves free.
    if (options.panel) { addPanel(map, board); }
    if (options.fit) { map.fitBounds(options.fit, { animate: false }); }
    if (options.linkKey) { link(map, options.linkKey); }
    if (options.viewKey) { remember(board, options.viewKey); }
    if (options.readout !== false) {
      stage.readout = SC.readout(words);
      const control = L.control({ position: 'bottomleft' });
      control.onAdd = () => stage.readout.node;
      control.addTo(map);
    }
    if (options.badge && doc.synthetic) {
      const badge = L.control({ position: 'bottomright' });
      badge.onAdd = () => el('div', { class: 'sc-badge' }, [words.synthetic]);
      badge.addTo(map);
    }
    listen(map, stage, options);
    board.ready = Promise.all(pictures.concat(board.layers.map((layer) => layer.ready))).then(() => {
      board.isTooOld = board.layers.some((layer) => layer.isTooOld);
      if (board.isTooOld) { warn(map.getContainer(), words.no_compression); }
      map.getContainer().setAttribute('data-sc-ready', '1');
      return board;
    });
    board.ready.catch((error) => {
      warn(map.getContainer(), words.broken.replace('{reason}', String(error.message || error)));
    });
    map.scBoard = board;
    return board;
  };

  function warn(container, text) {
    container.appendChild(el('div', { class: 'sc-warning', role: 'alert' }, [text]));
  }
  SC.warn = warn;

  /** The legend stands beside the map, never over it; a small map keeps it folded in a corner. */
  function addPanel(map, board) {
    const home = map.getContainer();
    home.parentNode.querySelectorAll('.sc-beside').forEach((node) => { node.remove(); });
    home.style.removeProperty('width');
    if (home.offsetWidth < 620) {
      const control = L.control({ position: 'topright' });
      control.onAdd = () => {
        const node = el('details', { class: 'sc-floating' }, [
          el('summary', {}, [board.words.legend]), SC.searchBox(board), SC.legend(board)]);
        L.DomEvent.disableClickPropagation(node);
        L.DomEvent.disableScrollPropagation(node);
        return node;
      };
      control.addTo(map);
      return;
    }
    const panel = el('aside', { class: 'sc-beside' }, [SC.searchBox(board), SC.legend(board)]);
    home.after(panel);
    // Not by the style sheet, which may come after the map is fitted.
    home.style.setProperty('width', 'calc(100% - 252px)', 'important');
    panel.style.top = home.offsetTop + 'px';
    panel.style.height = home.offsetHeight + 'px';
    map.invalidateSize({ animate: false });
  }

  /** Maps of one page with the same key move together. */
  function link(map, key) {
    if (typeof BroadcastChannel !== 'function') { return; }
    const channel = new BroadcastChannel('servicecircle:' + key);
    let isFollowing = false;
    map.on('moveend', () => {
      const centre = map.getCenter();
      if (!isFollowing) { channel.postMessage([centre.lat, centre.lng, map.getZoom()]); }
    });
    channel.onmessage = (event) => {
      isFollowing = true;
      map.setView([event.data[0], event.data[1]], event.data[2], { animate: false });
      isFollowing = false;
    };
  }

  function baseCells(map) {
    const board = map.scStage && map.scStage.board;
    return board ? board.layers.find((layer) => layer.isCells) : undefined;
  }

  /** Cells of an edit wear the theme that the map's own cells wear, and hide with them. */
  function followTheme(layer) {
    const sync = () => {
      const base = baseCells(layer.leaflet._map);
      const wanted = base && base.entry.themes[base.theme].id;
      const theme = layer.entry.themes.findIndex((one) => one.id === wanted);
      const isShown = Boolean(base && base.isShown && theme >= 0);
      if (isShown) { layer.setTheme(theme); }
      const node = layer.leaflet.getElement ? layer.leaflet.getElement() : layer.leaflet._container;
      node.style.display = isShown ? '' : 'none';
    };
    let stage = null;
    layer.leaflet.on('add', () => {
      stage = stageOf(layer.leaflet._map);
      stage.onTheme.add(sync);
      // A few changed cells do not show the lattice that all cells lie on.
      const base = baseCells(layer.leaflet._map);
      if (base && base.entry.cornersM) { layer.entry.cornersM = base.entry.cornersM; }
      sync();
    });
    layer.leaflet.on('remove', () => { stage.onTheme.delete(sync); });
  }

  /** Move the map to what a page points at, once for each thing pointed at. */
  function focusOn(map, focus) {
    const name = 'servicecircle:focus';
    let seen = root.scFocus;
    try { seen = root.sessionStorage.getItem(name) || seen; } catch (error) { /* as above */ }
    if (seen === focus.key) { return; }
    root.scFocus = focus.key;
    try { root.sessionStorage.setItem(name, focus.key); } catch (error) { /* as above */ }
    const b = focus.bounds;
    map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { maxZoom: 15, padding: [30, 30], animate: false });
  }

  /** Let the address of the app's page say what is shown, and where the map stands: it opens the same
   * again. No entry of the history is added. */
  function keepAddress(map, link) {
    if (link !== undefined) { map.scLink = link; }
    if (map.scLink === undefined || root.parent === root) { return; }
    const centre = map.getCenter(), zoom = map.getZoom();
    const view = [centre.lat.toFixed(5), centre.lng.toFixed(5), zoom].join(',');
    try {
      const page = root.parent;
      page.history.replaceState(page.history.state, '',
        page.location.pathname + '?' + map.scLink + '&view=' + view);
    } catch (error) { /* A page of another origin keeps its address. */ }
  }

  /** The view that the address of the app's page asks for, or null. */
  function askedView() {
    try {
      const text = new URLSearchParams(root.parent.location.search).get('view');
      const numbers = (text || '').split(',').map(Number);
      return numbers.length === 3 && numbers.every(isFinite) ? numbers : null;
    } catch (error) { return null; }
  }

  /** Put further layers (an edit, a route) into a feature group; they leave with it. */
  SC.fill = function (group, doc, options) {
    if (options.link !== undefined) { group.on('add', () => { keepAddress(group._map, options.link); }); }
    if (options.focus) { group.on('add', () => { focusOn(group._map, options.focus); }); }
    const aboveCells = (map) => {
      const base = baseCells(map);
      return base ? base.leaflet.options.order + 1 : 9;
    };
    const layers = doc.layers.map((entry, k) => {
      const isCells = entry.type === 'cells';
      const layer = follow(SC.makeLayer(entry, doc.blobs, isCells ? aboveCells : 300 + k));
      if (isCells) { followTheme(layer); }
      group.addLayer(layer.leaflet);
      return layer;
    });
    // Counted when all of it is drawn, so that a reader of the page knows that it is.
    Promise.all(layers.map((layer) => layer.ready)).then(() => {
      root.requestAnimationFrame(() => {
        if (!group._map) { return; }
        const data = group._map.getContainer().dataset;
        data.scFilled = String(Number(data.scFilled || 0) + 1);
      });
    });
  };

  /** Let the page count as loading until a promise is settled: who prints it at once, as programs do,
   * prints the map. A frame whose document is still being written keeps a page loading. */
  function holdLoad(promise) {
    const frame = document.body.appendChild(el('iframe', { hidden: '', 'aria-hidden': 'true' }));
    const inner = frame.contentDocument;
    inner.open();
    const release = () => { inner.close(); frame.remove(); };
    promise.then(release, release);
  }

  /** The page of its own: read the document in the page, draw it, fill the panel. */
  SC.page = function () {
    const doc = JSON.parse(document.getElementById('sc-data').textContent);
    const home = document.getElementById('sc-map'), words = doc.strings;
    try {
      const map = L.map(home, { zoomSnap: 0.25, wheelPxPerZoomLevel: 90, minZoom: 3, maxZoom: 19 });
      const b = doc.bounds || [73, 18, 135, 54];
      const bounds = [[b[1], b[0]], [b[3], b[2]]];
      map.fitBounds(bounds, { animate: false, padding: [12, 12] });
      const board = SC.attach(map, doc, {});
      holdLoad(board.ready);
      const whole = L.control({ position: 'topleft' });
      whole.onAdd = () => {
        const button = el('button', { type: 'button', class: 'sc-whole', title: words.back,
          'aria-label': words.back }, ['⤢']);
        L.DomEvent.disableClickPropagation(button);
        button.addEventListener('click', () => { map.fitBounds(bounds, { padding: [12, 12] }); });
        return button;
      };
      whole.addTo(map);
      document.getElementById('sc-search').appendChild(SC.searchBox(board));
      document.getElementById('sc-legend').appendChild(SC.legend(board));
      SC.preparePrint(board, bounds);
      root.map = map;
    } catch (error) {
      SC.warn(home, words.broken.replace('{reason}', String(error.message || error)));
      throw error;
    }
  };
}(window));
