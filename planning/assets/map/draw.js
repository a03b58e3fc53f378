/* ServiceCircle map, part 2: drawing. One pane and one canvas per layer, so that late data never covers what lies above. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle;
  const TAU = 2 * Math.PI;

  /** Name of the pane of a layer, made when needed; the order may depend on what the map shows. */
  function makePane(map, options) {
    if (typeof options.order === 'function') { options.order = options.order(map); }
    const order = options.order, name = 'sc-' + order;
    if (!map.getPane(name)) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(300 + order);
      pane.style.pointerEvents = 'none';
    }
    return name;
  }

  /** A canvas that follows the map and calls `paint(ctx, view)` whenever it must be drawn anew. */
  SC.Canvas = L.Renderer.extend({
    options: { padding: 0.1, order: 0 },

    beforeAdd: function (map) { this.options.pane = makePane(map, this.options); },

    paint: function () {},

    redraw: function () { if (this._map) { this._update(); } },

    _initContainer: function () {
      this._container = document.createElement('canvas');
      this._context = this._container.getContext('2d');
    },

    _destroyContainer: function () {
      L.DomUtil.remove(this._container);
      delete this._container;
      delete this._context;
    },

    _update: function () {
      const map = this._map;
      if (map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      const corner = this._bounds.min, size = this._bounds.getSize(), canvas = this._container;
      const ratio = SC.pixelRatio();
      L.DomUtil.setPosition(canvas, corner);
      canvas.width = Math.round(ratio * size.x);
      canvas.height = Math.round(ratio * size.y);
      canvas.style.width = size.x + 'px';
      canvas.style.height = size.y + 'px';
      this._context.scale(ratio, ratio);
      const origin = map.getPixelOrigin().add(corner), zoom = map.getZoom();
      const scale = 256 * Math.pow(2, zoom);
      this.paint(this._context, {
        zoom: zoom, scale: scale, x: origin.x, y: origin.y, width: size.x, height: size.y,
        west: origin.x / scale, east: (origin.x + size.x) / scale,
        north: origin.y / scale, south: (origin.y + size.y) / scale
      });
    }
  });

  SC.isPrinting = false;
  SC.pixelRatio = function () { return Math.min(Math.max(root.devicePixelRatio || 1, 1), 3); };

  function isOutside(box, k, view, slack) {
    const s = slack / view.scale;
    return box[4 * k] > view.east + s || box[4 * k + 2] < view.west - s ||
      box[4 * k + 1] > view.south + s || box[4 * k + 3] < view.north - s;
  }

  /** Add line k to the path, leaving out points closer than most of a pixel to the last one. */
  function trace(ctx, lines, k, view) {
    const scale = view.scale, ox = view.x, oy = view.y, end = lines.start[k + 1];
    let i = lines.start[k];
    let px = lines.x[i] * scale - ox, py = lines.y[i] * scale - oy;
    ctx.moveTo(px, py);
    for (i++; i < end; i++) {
      const x = lines.x[i] * scale - ox, y = lines.y[i] * scale - oy;
      if (i + 1 < end && Math.abs(x - px) + Math.abs(y - py) < 0.8) { continue; }
      ctx.lineTo(x, y);
      px = x;
      py = y;
    }
  }

  function lineWidth(style, zoom) {
    return style.width * Math.min(Math.max(Math.pow(2, (zoom - 14) * 0.45), 0.3), 4);
  }

  /** Lines in groups, the first group on top; casings below all lines. */
  SC.paintLines = function (ctx, view, lines, group, styles, canThin) {
    const members = styles.map(() => []);
    for (let k = 0; k < lines.count; k++) {
      if (!isOutside(lines.box, k, view, 8)) { members[group[k]].push(k); }
    }
    ctx.lineJoin = 'round';
    ctx.lineCap = 'round';
    [true, false].forEach((isCasing) => {
      for (let g = styles.length - 1; g >= 0; g--) {
        const style = styles[g];
        if (view.zoom < style.minZoom || (isCasing && !style.casing)) { continue; }
        const width = canThin ? lineWidth(style, view.zoom) : style.width;
        if (isCasing && canThin && width < 1.2) { continue; }
        ctx.strokeStyle = isCasing ? style.casing : style.colour;
        ctx.lineWidth = isCasing ? width + (canThin ? 1.2 : 3) : width;
        ctx.setLineDash(isCasing ? [] : style.dash);
        // Very long paths are slow to stroke: some hundred lines at a time.
        for (let from = 0; from < members[g].length; from += 400) {
          ctx.beginPath();
          members[g].slice(from, from + 400).forEach((k) => trace(ctx, lines, k, view));
          ctx.stroke();
        }
      }
    });
    ctx.setLineDash([]);
  };

  const patterns = {};
  function hatch(ctx, colour) {
    if (!patterns[colour]) {
      const tile = document.createElement('canvas');
      tile.width = tile.height = 8;
      const pen = tile.getContext('2d');
      pen.strokeStyle = colour;
      pen.lineWidth = 1.6;
      pen.beginPath();
      [-8, 0, 8].forEach((shift) => { pen.moveTo(shift - 1, 9); pen.lineTo(shift + 9, -1); });
      pen.stroke();
      patterns[colour] = tile;
    }
    return ctx.createPattern(patterns[colour], 'repeat');
  }
  SC.hatch = hatch;
  SC.PRINT_HATCH = 'rgba(0,0,0,0.6)';

  /** Areas: all rings of one area are one even-odd path. */
  SC.paintAreas = function (ctx, view, areas, styles) {
    const rings = areas.rings;
    ctx.lineJoin = 'round';
    for (let a = 0; a < areas.count; a++) {
      if (isOutside(areas.box, a, view, 8)) { continue; }
      const style = styles[areas.group[a]];
      ctx.beginPath();
      for (let k = areas.first[a]; k < areas.first[a + 1]; k++) {
        trace(ctx, rings, k, view);
        ctx.closePath();
      }
      if (style.fillColour && style.fill !== 'none') {
        ctx.globalAlpha = style.fillOpacity;
        ctx.fillStyle = style.fill === 'hatch' ? hatch(ctx, style.fillColour) : style.fillColour;
        ctx.fill('evenodd');
        ctx.globalAlpha = 1;
      }
      if (style.lineColour) {
        ctx.strokeStyle = style.lineColour;
        ctx.lineWidth = style.lineWidth;
        ctx.setLineDash(style.dash);
        ctx.stroke();
        ctx.setLineDash([]);
      }
    }
  };

  const SHAPES = {
    dot: (ctx, r) => { ctx.arc(0, 0, r, 0, TAU); },
    ring: (ctx, r) => { ctx.arc(0, 0, r, 0, TAU); },
    square: (ctx, r) => { const s = r * 0.89; ctx.rect(-s, -s, 2 * s, 2 * s); },
    triangle: (ctx, r) => {
      ctx.moveTo(0, -1.15 * r); ctx.lineTo(1.1 * r, 0.8 * r); ctx.lineTo(-1.1 * r, 0.8 * r);
    },
    diamond: (ctx, r) => {
      ctx.moveTo(0, -1.2 * r); ctx.lineTo(1.2 * r, 0); ctx.lineTo(0, 1.2 * r); ctx.lineTo(-1.2 * r, 0);
    },
    cross: (ctx, r) => {
      const a = 1.1 * r, b = 0.4 * r;
      [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b],
        [-a, -b], [-b, -b]].forEach((p, i) => { if (i) { ctx.lineTo(p[0], p[1]); } else { ctx.moveTo(p[0], p[1]); } });
    }
  };

  /** One symbol with a white rim, so that it is seen on every colour. */
  SC.symbol = function (ctx, shape, x, y, size, colour) {
    const r = size / 2;
    ctx.save();
    ctx.translate(x, y);
    ctx.lineJoin = 'round';
    ctx.beginPath();
    SHAPES[shape](ctx, r);
    ctx.closePath();
    if (shape === 'ring') {
      ctx.lineWidth = Math.max(4, size * 0.45);
      ctx.strokeStyle = '#fff';
      ctx.stroke();
      ctx.lineWidth = Math.max(2, size * 0.25);
      ctx.strokeStyle = colour;
      ctx.stroke();
    } else {
      ctx.lineWidth = size > 7 ? 2.6 : 1.6;
      ctx.strokeStyle = '#fff';
      ctx.stroke();
      ctx.fillStyle = colour;
      ctx.fill();
    }
    ctx.restore();
  };

  /** Size of a symbol at a zoom, for a style given at zoom 12. */
  SC.symbolSize = function (style, zoom) {
    return style.size * Math.min(Math.max(1 + (zoom - 12) * 0.14, 0.5), 1.5);
  };

  /** A proposed site: yellow, black ring, its rank. */
  SC.siteSymbol = function (ctx, x, y, rank) {
    const r = 10;
    ctx.save();
    ctx.beginPath();
    ctx.arc(x, y, r + 1.5, 0, TAU);
    ctx.fillStyle = '#fff';
    ctx.fill();
    ctx.beginPath();
    ctx.arc(x, y, r, 0, TAU);
    ctx.fillStyle = '#ffd92f';
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = '#000';
    ctx.stroke();
    ctx.fillStyle = '#000';
    ctx.font = 'bold ' + (rank.length > 2 ? 9 : 12) + 'px ' + SC.FONT;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(rank, x, y + 0.5);
    ctx.restore();
  };

  SC.FONT = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC","Source Han Sans SC",sans-serif';

  /** Places to try for a name: around its own symbol, or near the middle of its area. */
  function labelPlaces(label, x, y, width) {
    const half = width / 2, gap = label.gap, up = gap + label.size * 0.7;
    if (label.isCentred) {
      return [0, -16, 16, -30, 30].map((shift) => [x - half, y + shift]);
    }
    return [[x + gap, y], [x - gap - width, y], [x - half, y - up], [x - half, y + up]];
  }

  /** Names beside places: important ones first, none over another name or over a large symbol. */
  SC.paintLabels = function (ctx, view, labels, obstacles) {
    const taken = obstacles.map((o) => {
      const x = o.x * view.scale - view.x, y = o.y * view.scale - view.y;
      return [x - o.r, y - o.r, x + o.r, y + o.r];
    });
    ctx.lineJoin = 'round';
    ctx.textBaseline = 'middle';
    ctx.lineWidth = 3.2;
    ctx.strokeStyle = 'rgba(255,255,255,0.92)';
    labels.forEach((label) => {
      const x = label.x * view.scale - view.x, y = label.y * view.scale - view.y;
      if (x < -80 || y < -20 || x > view.width + 80 || y > view.height + 20) { return; }
      ctx.font = label.weight + ' ' + label.size + 'px ' + SC.FONT;
      const width = ctx.measureText(label.text).width, high = label.size * 0.62;
      const place = labelPlaces(label, x, y, width).find((at) => at[0] >= 2 &&
        at[0] + width <= view.width - 2 && !taken.some((t) =>
        t[0] < at[0] + width + 1 && t[2] > at[0] - 1 && t[1] < at[1] + high && t[3] > at[1] - high));
      if (!place) { return; }
      taken.push([place[0] - 1, place[1] - high, place[0] + width + 1, place[1] + high]);
      ctx.strokeText(label.text, place[0], place[1]);
      ctx.fillStyle = label.colour;
      ctx.fillText(label.text, place[0], place[1]);
    });
  };

  /** Cells without a grid: a dot for each, as large as its cell. */
  SC.paintCells = function (ctx, view, cells, classes, swatches) {
    swatches.forEach((swatch, c) => {
      paintDots(ctx, view, cells, classes, c, swatch.colour);
      if (swatch.hatched && SC.isPrinting) {
        paintDots(ctx, view, cells, classes, c, hatch(ctx, SC.PRINT_HATCH));
      }
    });
  };

  function paintDots(ctx, view, cells, classes, c, fill) {
    const r = Math.max(cells.size * view.scale / 2, 1);
    ctx.fillStyle = fill;
    ctx.beginPath();
    for (let i = 0; i < cells.x.length; i++) {
      if (classes[i] !== c) { continue; }
      const x = cells.x[i] * view.scale - view.x, y = cells.y[i] * view.scale - view.y;
      if (x < -r || y < -r || x > view.width + r || y > view.height + r) { continue; }
      if (r < 2.5) {
        ctx.rect(x - r, y - r, 2 * r, 2 * r);
      } else if (cells.corners.length) {
        cells.corners.forEach((corner, k) => {
          ctx[k ? 'lineTo' : 'moveTo'](x + corner[0] * view.scale, y + corner[1] * view.scale);
        });
        ctx.closePath();
      } else {
        ctx.moveTo(x + r, y);
        ctx.arc(x, y, r, 0, TAU);
      }
    }
    ctx.fill();
  }

  /** A black copy of the picture where its pixels have one of the colours, as a canvas. */
  SC.maskOf = function (image, colours) {
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const ctx = canvas.getContext('2d');
    ctx.drawImage(image, 0, 0);
    const pixels = ctx.getImageData(0, 0, canvas.width, canvas.height), data = pixels.data;
    const wanted = new Set(colours.map((colour) => parseInt(colour.slice(1), 16)));
    for (let i = 0; i < data.length; i += 4) {
      const isWanted = data[i + 3] > 0 && wanted.has(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
      data[i + 3] = isWanted ? 255 : 0;
    }
    ctx.putImageData(pixels, 0, 0);
    return canvas;
  };

  /** A picture of a box (west, south, east, north) where it lies in the view, crisp when enlarged. */
  SC.drawBox = function (ctx, view, image, box) {
    const corner = SC.world(box[0], box[3]), end = SC.world(box[2], box[1]);
    const width = (end[0] - corner[0]) * view.scale;
    ctx.imageSmoothingEnabled = width * ctx.getTransform().a < image.width;
    ctx.drawImage(image, corner[0] * view.scale - view.x, corner[1] * view.scale - view.y,
      width, (end[1] - corner[1]) * view.scale);
  };

  /** Stripes where the mask of a box is black. */
  SC.paintStripes = function (ctx, view, mask, box) {
    SC.drawBox(ctx, view, mask, box);
    ctx.globalCompositeOperation = 'source-in';
    ctx.fillStyle = hatch(ctx, SC.PRINT_HATCH);
    ctx.fillRect(0, 0, view.width, view.height);
    ctx.globalCompositeOperation = 'source-over';
  };

  /** The Mercator picture of one theme, crisp when enlarged. */
  SC.Picture = L.ImageOverlay.extend({
    beforeAdd: function (map) { this.options.pane = makePane(map, this.options); },
    onAdd: function (map) {
      L.ImageOverlay.prototype.onAdd.call(this, map);
      map.on('zoomend', this._crisp, this);
      this._crisp();
    },
    onRemove: function (map) {
      map.off('zoomend', this._crisp, this);
      L.ImageOverlay.prototype.onRemove.call(this, map);
    },
    _crisp: function () {
      const shown = this._map.latLngToLayerPoint(this._bounds.getSouthEast())
        .subtract(this._map.latLngToLayerPoint(this._bounds.getNorthWest()));
      this._image.style.imageRendering = shown.x >= this.options.columns ? 'pixelated' : 'auto';
    }
  });
}(window));
