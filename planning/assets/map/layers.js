/* ServiceCircle map, part 3: the layers of the document, and what they answer when asked about a place. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle;

  function number(value, decimals) {
    const parts = value.toFixed(decimals).split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ',');
    return parts.join('.');
  }
  SC.number = number;

  /** Promise of the unpacked data of a layer; an old browser is remembered, not thrown. */
  function load(layer, entry, blobs) {
    if (!entry.data) { return Promise.resolve(null); }
    const ref = blobs[entry.data.blob];
    if (ref.gzip && !SC.canUnpack()) {
      layer.isTooOld = true;
      return Promise.resolve(null);
    }
    return SC.readBlob(ref).then((bytes) => SC.unpack(bytes, entry.data.entries));
  }

  function fieldRows(fields, k) {
    return fields.map((field) => [field[0], field[1][k]]).filter((row) => row[1] !== '');
  }

  function pixelDistance(view, x, y, at) {
    return Math.hypot(x * view.scale - at.x * view.scale, y * view.scale - at.y * view.scale);
  }

  /** Nearest point within reach of the pointer, or -1. */
  function nearest(points, view, at, reach) {
    let best = -1, least = Infinity;
    for (let i = 0; i < points.x.length; i++) {
      if (Math.abs(points.x[i] - at.x) * view.scale > 30) { continue; }
      const distance = pixelDistance(view, points.x[i], points.y[i], at) - reach(i);
      if (distance < 0 && distance < least) { least = distance; best = i; }
    }
    return best;
  }

  function degrees(world) {
    return L.latLng(
      Math.atan(Math.sinh(Math.PI * (1 - 2 * world.y))) * 180 / Math.PI, (world.x - 0.5) * 360
    );
  }

  function pointLayer(entry, blobs, order) {
    const layer = { entry: entry, leaflet: new SC.Canvas({ order: order }) };
    let points = null, data = null, byRank = [];
    layer.ready = load(layer, entry, blobs).then((loaded) => {
      if (!loaded) { return; }
      data = loaded;
      points = SC.worldArrays(data.x, data.y, 1e6);
      byRank = Array.from(points.x.keys()).sort((a, b) => data.group[b] - data.group[a] || b - a);
      layer.leaflet.redraw();
    });
    layer.leaflet.paint = (ctx, view) => {
      byRank.forEach((i) => {
        const style = entry.styles[data.group[i]];
        const x = points.x[i] * view.scale - view.x, y = points.y[i] * view.scale - view.y;
        if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) { return; }
        SC.symbol(ctx, style.shape, x, y, SC.symbolSize(style, view.zoom), style.colour);
      });
    };
    layer.hit = (at, view) => {
      if (!points) { return null; }
      const i = nearest(points, view, at,
        (k) => Math.max(SC.symbolSize(entry.styles[data.group[k]], view.zoom) / 2 + 3, 7));
      if (i < 0) { return null; }
      const kind = entry.styles[data.group[i]].label;
      return {
        title: data.name[i], subtitle: kind, rows: fieldRows(data.fields, i),
        latlng: degrees({ x: points.x[i], y: points.y[i] }), isPoint: true
      };
    };
    layer.labels = (zoom) => (points ? byRank.slice().reverse() : [])
      .filter((i) => {
        const from = entry.styles[data.group[i]].labelZoom;
        return from !== null && zoom >= from;
      })
      .map((i) => ({
        x: points.x[i], y: points.y[i], text: data.name[i], size: 12, weight: 'normal',
        gap: SC.symbolSize(entry.styles[data.group[i]], zoom) / 2 + 4, colour: '#222', rank: 2
      }));
    layer.obstacles = (zoom) => byRank
      .map((i) => ({
        x: points.x[i], y: points.y[i], r: SC.symbolSize(entry.styles[data.group[i]], zoom) / 2
      }))
      .filter((one) => one.r >= 5);
    layer.places = () => (points ? data.name.map((name, i) => ({
      name: name, kind: entry.styles[data.group[i]].label,
      latlng: degrees({ x: points.x[i], y: points.y[i] })
    })) : []);
    return layer;
  }

  function siteLayer(entry, blobs, order) {
    const layer = { entry: entry, leaflet: new SC.Canvas({ order: order }) };
    let points = null, data = null;
    layer.ready = load(layer, entry, blobs).then((loaded) => {
      if (!loaded) { return; }
      data = loaded;
      points = SC.worldArrays(data.x, data.y, 1e6);
      layer.leaflet.redraw();
    });
    layer.leaflet.paint = (ctx, view) => {
      for (let i = points ? points.x.length - 1 : -1; i >= 0; i--) {
        SC.siteSymbol(ctx, points.x[i] * view.scale - view.x, points.y[i] * view.scale - view.y,
          data.rank[i]);
      }
    };
    layer.hit = (at, view) => {
      const i = points ? nearest(points, view, at, () => 12) : -1;
      if (i < 0) { return null; }
      return {
        title: data.rank[i] + '. ' + data.name[i], subtitle: entry.label,
        rows: fieldRows(data.fields, i), note: entry.note,
        latlng: degrees({ x: points.x[i], y: points.y[i] }), isPoint: true
      };
    };
    layer.obstacles = () => (points ? Array.from(points.x)
      .map((x, i) => ({ x: x, y: points.y[i], r: 12 })) : []);
    layer.places = () => (points ? data.name.map((name, i) => ({
      name: data.rank[i] + '. ' + name, kind: entry.label,
      latlng: degrees({ x: points.x[i], y: points.y[i] })
    })) : []);
    return layer;
  }

  function lineLayer(entry, blobs, order) {
    const layer = { entry: entry, leaflet: new SC.Canvas({ order: order }) };
    let lines = null, group = null;
    layer.ready = load(layer, entry, blobs).then((data) => {
      if (!data) { return; }
      lines = SC.lines(data);
      group = data.group;
      layer.leaflet.redraw();
    });
    layer.leaflet.paint = (ctx, view) => {
      if (!lines) { return; }
      ctx.globalAlpha = entry.opacity;
      SC.paintLines(ctx, view, lines, group, entry.styles, entry.isRoads);
      ctx.globalAlpha = 1;
    };
    return layer;
  }

  function inRings(areas, a, at) {
    const rings = areas.rings;
    let isInside = false;
    for (let k = areas.first[a]; k < areas.first[a + 1]; k++) {
      for (let i = rings.start[k], j = rings.start[k + 1] - 1; i < rings.start[k + 1]; j = i++) {
        const yi = rings.y[i], yj = rings.y[j];
        if ((yi > at.y) !== (yj > at.y) &&
          at.x < (rings.x[j] - rings.x[i]) * (at.y - yi) / (yj - yi) + rings.x[i]) {
          isInside = !isInside;
        }
      }
    }
    return isInside;
  }

  function areasOf(data) {
    const rings = SC.lines(data), n = data.group.length;
    const first = new Uint32Array(n + 1), box = new Float64Array(4 * n);
    for (let a = 0; a < n; a++) { box.set([Infinity, Infinity, -Infinity, -Infinity], 4 * a); }
    for (let k = 0; k < rings.count; k++) {
      const a = data.area[k];
      first[a + 1] = k + 1;
      box[4 * a] = Math.min(box[4 * a], rings.box[4 * k]);
      box[4 * a + 1] = Math.min(box[4 * a + 1], rings.box[4 * k + 1]);
      box[4 * a + 2] = Math.max(box[4 * a + 2], rings.box[4 * k + 2]);
      box[4 * a + 3] = Math.max(box[4 * a + 3], rings.box[4 * k + 3]);
    }
    return { rings: rings, first: first, box: box, count: n, group: data.group };
  }

  function areaLayer(entry, blobs, order) {
    const layer = { entry: entry, leaflet: new SC.Canvas({ order: order }) };
    let areas = null, data = null, middle = null;
    layer.ready = load(layer, entry, blobs).then((loaded) => {
      if (!loaded) { return; }
      data = loaded;
      areas = areasOf(data);
      middle = SC.worldArrays(data.labelx, data.labely, 1e6);
      layer.leaflet.redraw();
    });
    layer.leaflet.paint = (ctx, view) => {
      if (areas) { SC.paintAreas(ctx, view, areas, entry.styles); }
    };
    layer.hit = (at) => {
      if (!areas || !entry.interactive) { return null; }
      for (let a = areas.count - 1; a >= 0; a--) {
        const b = areas.box.subarray(4 * a, 4 * a + 4);
        if (at.x < b[0] || at.x > b[2] || at.y < b[1] || at.y > b[3] || !inRings(areas, a, at)) {
          continue;
        }
        return {
          title: data.name[a], subtitle: entry.styles[data.group[a]].label,
          rows: fieldRows(data.fields, a), latlng: degrees(at), isPoint: false
        };
      }
      return null;
    };
    layer.labels = (zoom) => (!areas || entry.labelZoom === null || zoom < entry.labelZoom ? []
      : data.name.map((name, a) => ({
        x: middle.x[a], y: middle.y[a], text: name, size: 13, weight: 'bold', gap: 0,
        isCentred: true, colour: entry.labelColour, rank: 1
      })).filter((label) => label.text !== ''));
    layer.places = () => (areas ? data.name.map((name, a) => ({
      name: name, kind: entry.label, latlng: degrees({ x: middle.x[a], y: middle.y[a] })
    })).filter((place) => place.name !== '') : []);
    return layer;
  }

  /** Text rows of one cell: [label, value, more]. */
  function cellRows(entry, data, i, words) {
    const rows = [];
    entry.hover.forEach((row) => {
      const code = data[row.key][i];
      if (row.type === 'number' && code > 0) {
        const value = code === 1 ? '<' + row.hideBelow
          : number((code - 2) / Math.pow(10, row.decimals), row.decimals);
        rows.push([row.label, value + (row.unit ? ' ' + row.unit : ''), '']);
      } else if (row.type === 'choice' && code > 0) {
        rows.push([row.label, data[row.key + 'n'][code - 1], '']);
      } else if (row.type === 'time') {
        const status = row.statuses[data[row.key + 's'][i]] || '';
        const facility = data[row.key + 'f'][i];
        rows.push([row.label, code > 0 ? ((code - 1) / 10).toFixed(1) + ' ' + words.minutes : status,
          [code > 0 ? status : '', facility > 0 ? data.facilities[facility - 1] : '']
            .filter((text) => text !== '').join(' · ')]);
      }
    });
    return rows;
  }

  function cellAnswer(layer, entry, data, find) {
    return (latlng, words) => {
      const i = data() ? find(latlng) : -1;
      return i < 0 ? null : { rows: cellRows(entry, data(), i, words), index: i };
    };
  }

  function gridCells(entry, blobs, order) {
    const grid = entry.grid, box = grid.pictureBox;
    const url = (k) => SC.pictureUrl(blobs[entry.themes[k].image]);
    const layer = {
      entry: entry, theme: 0, isCells: true,
      leaflet: new SC.Picture(url(0), [[box[1], box[0]], [box[3], box[2]]],
        { order: order, opacity: entry.opacity, columns: grid.pictureSize[0], alt: entry.label })
    };
    let data = null, lookup = null;
    layer.ready = load(layer, entry, blobs).then((loaded) => {
      if (!loaded) { return; }
      data = loaded;
      lookup = SC.gridLookup(grid, data.mask);
    });
    layer.setTheme = (k) => { layer.theme = k; layer.leaflet.setUrl(url(k)); };
    /** The picture on paper: stripes over the classes that grey would hide. */
    layer.print = (ctx, view) => {
      const image = layer.leaflet.getElement();
      if (!image || !image.complete) { return; }
      ctx.globalAlpha = entry.opacity;
      SC.drawBox(ctx, view, image, box);
      ctx.globalAlpha = 1;
      const colours = entry.themes[layer.theme].swatches
        .filter((swatch) => swatch.hatched).map((swatch) => swatch.colour);
      if (colours.length) {
        SC.overlay(ctx, view, 1, (pen) => { SC.paintStripes(pen, view, SC.maskOf(image, colours), box); });
      }
    };
    layer.values = cellAnswer(layer, entry, () => data, (latlng) => {
      const place = SC.gridPlace(grid, latlng.lng, latlng.lat);
      const column = Math.floor(place[0]) - grid.columns[0], row = Math.floor(place[1]) - grid.rows[0];
      if (row < 0 || column < 0 || row >= lookup.rows || column >= lookup.columns) { return -1; }
      return lookup.index[row * lookup.columns + column];
    });
    return layer;
  }

  function dotCells(entry, blobs, order) {
    const layer = { entry: entry, theme: 0, isCells: true, leaflet: new SC.Canvas({ order: order }) };
    let data = null, cells = null, buckets = null;
    layer.ready = load(layer, entry, blobs).then((loaded) => {
      if (!loaded || !loaded.counts) { return; }
      data = loaded;
      cells = SC.worldArrays(data.x, data.y, 1e5);
      const middle = degrees({ x: 0.5, y: cells.y[0] }).lat;
      const metre = 1 / (40075016.686 * Math.cos(middle * Math.PI / 180));
      cells.size = entry.sizeM * metre;
      cells.corners = entry.cornersM.map((corner) => [corner[0] * metre, -corner[1] * metre]);
      buckets = new Map();
      for (let i = 0; i < cells.x.length; i++) {
        const key = Math.floor(cells.x[i] / cells.size) + ':' + Math.floor(cells.y[i] / cells.size);
        if (!buckets.has(key)) { buckets.set(key, []); }
        buckets.get(key).push(i);
      }
      layer.leaflet.redraw();
    });
    const paint = (ctx, view) => {
      if (cells) {
        SC.paintCells(ctx, view, cells, data['t' + layer.theme], entry.themes[layer.theme].swatches);
      }
    };
    // Opacity belongs to the whole layer: overlapping dots would add up.
    layer.leaflet.paint = (ctx, view) => {
      layer.leaflet._container.style.opacity = entry.opacity;
      paint(ctx, view);
    };
    layer.print = (ctx, view) => { SC.overlay(ctx, view, entry.opacity, paint); };
    layer.setTheme = (k) => { layer.theme = k; layer.leaflet.redraw(); };
    layer.values = cellAnswer(layer, entry, () => data && cells && data, (latlng) => {
      const at = SC.world(latlng.lng, latlng.lat), size = cells.size;
      const column = Math.floor(at[0] / size), row = Math.floor(at[1] / size);
      let best = -1, least = size * 0.75;
      for (let dx = -1; dx <= 1; dx++) {
        for (let dy = -1; dy <= 1; dy++) {
          (buckets.get((column + dx) + ':' + (row + dy)) || []).forEach((i) => {
            const distance = Math.hypot(cells.x[i] - at[0], cells.y[i] - at[1]);
            if (distance < least) { least = distance; best = i; }
          });
        }
      }
      return best;
    });
    return layer;
  }

  const MAKERS = {
    points: pointLayer, sites: siteLayer, lines: lineLayer, polygons: areaLayer,
    cells: (entry, blobs, order) => (entry.grid ? gridCells : dotCells)(entry, blobs, order)
  };

  SC.makeLayer = function (entry, blobs, order) { return MAKERS[entry.type](entry, blobs, order); };
}(window));
