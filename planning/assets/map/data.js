/* ServiceCircle map, part 1: reading the packed data. No framework, no request but for the blocks named in the document. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle = root.ServiceCircle || {};

  SC.canUnpack = function () {
    return typeof DecompressionStream === 'function' && typeof Response === 'function';
  };

  function fromBase64(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) { out[i] = raw.charCodeAt(i); }
    return out;
  }

  function gunzip(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  /** Promise of the bytes of a block: inline base64 or a file beside the page. */
  SC.readBlob = function (ref) {
    if (ref.gzip && !SC.canUnpack()) { return Promise.reject(new Error('no DecompressionStream')); }
    const bytes = ref.data !== undefined
      ? Promise.resolve(fromBase64(ref.data))
      : fetch(ref.url).then((answer) => {
        if (!answer.ok) { throw new Error(ref.url + ': ' + answer.status); }
        return answer.arrayBuffer();
      }).then((buffer) => new Uint8Array(buffer));
    return ref.gzip ? bytes.then(gunzip) : bytes;
  };

  /** Address of a picture block. */
  SC.pictureUrl = function (ref) {
    return ref.data !== undefined ? 'data:image/png;base64,' + ref.data : ref.url;
  };

  const WIDTH = { u8: 1, u16: 2, u32: 4 };
  const ARRAY = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array };

  function numbers(bytes, at, kind, count, isDelta) {
    const width = WIDTH[kind], out = new ARRAY[kind](count);
    for (let plane = 0; plane < width; plane++) {
      const shift = 8 * plane, start = at + plane * count;
      for (let i = 0; i < count; i++) { out[i] |= bytes[start + i] << shift; }
    }
    // The typed array wraps around, as the differences did.
    if (isDelta) { for (let i = 1; i < count; i++) { out[i] += out[i - 1]; } }
    return out;
  }

  function varints(bytes, at, length) {
    const end = at + length;
    let count = 0;
    for (let i = at; i < end; i++) { if (bytes[i] < 128) { count++; } }
    const out = new Int32Array(count);
    let value = 0, shift = 0, place = 0;
    for (let i = at; i < end; i++) {
      value |= (bytes[i] & 127) << shift;
      if (bytes[i] < 128) {
        out[place++] = (value >>> 1) ^ -(value & 1);
        value = 0;
        shift = 0;
      } else { shift += 7; }
    }
    return out;
  }

  /** Arrays and texts of one block by name. */
  SC.unpack = function (bytes, entries) {
    const out = {};
    let at = 0;
    entries.forEach((entry) => {
      const name = entry[0], kind = entry[1], count = entry[2];
      let size = count;
      if (kind === 'json') {
        out[name] = JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + count)));
      } else if (kind === 'varint') {
        out[name] = varints(bytes, at, count);
      } else {
        size = count * WIDTH[kind];
        out[name] = numbers(bytes, at, kind, count, entry[3]);
      }
      at += size;
    });
    return out;
  };

  /** Longitude and latitude as parts of the whole Web Mercator square, 0..1 from the north-west. */
  SC.world = function (lon, lat) {
    const sine = Math.sin(lat * Math.PI / 180);
    return [lon / 360 + 0.5, 0.5 - 0.25 * Math.log((1 + sine) / (1 - sine)) / Math.PI];
  };

  /** Turn running differences of whole steps into world coordinates. */
  SC.worldArrays = function (dx, dy, stepsPerDegree) {
    const n = dx.length, x = new Float64Array(n), y = new Float64Array(n);
    let lon = 0, lat = 0;
    for (let i = 0; i < n; i++) {
      lon += dx[i];
      lat += dy[i];
      const point = SC.world(lon / stepsPerDegree, lat / stepsPerDegree);
      x[i] = point[0];
      y[i] = point[1];
    }
    return { x: x, y: y };
  };

  /** Lines of a block: world coordinates, first point and box of each line. */
  SC.lines = function (data) {
    const points = SC.worldArrays(data.x, data.y, 1e5);
    const n = data.counts.length, start = new Uint32Array(n + 1), box = new Float64Array(4 * n);
    for (let k = 0; k < n; k++) {
      start[k + 1] = start[k] + data.counts[k];
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let i = start[k]; i < start[k + 1]; i++) {
        const x = points.x[i], y = points.y[i];
        if (x < west) { west = x; }
        if (x > east) { east = x; }
        if (y < north) { north = y; }
        if (y > south) { south = y; }
      }
      box.set([west, north, east, south], 4 * k);
    }
    return { x: points.x, y: points.y, start: start, box: box, count: n };
  };

  function chebyshev(terms, u, v) {
    const n = terms.length, across = [1, u], down = [1, v];
    for (let k = 2; k < n; k++) {
      across.push(2 * u * across[k - 1] - across[k - 2]);
      down.push(2 * v * down[k - 1] - down[k - 2]);
    }
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j < n; j++) { row += terms[i][j] * down[j]; }
      sum += across[i] * row;
    }
    return sum;
  }

  /** Column and row (with fractions) of a place, by the formula of the source grid. */
  SC.gridPlace = function (grid, lon, lat) {
    if (grid.inverse) {
      const k = grid.inverse;
      return [k[0] * lon + k[1] * lat + k[2], k[3] * lon + k[4] * lat + k[5]];
    }
    const b = grid.box;
    if (lon < b[0] || lon > b[2] || lat < b[1] || lat > b[3]) { return [-1, -1]; }
    const u = 2 * (lon - b[0]) / (b[2] - b[0]) - 1, v = 2 * (lat - b[1]) / (b[3] - b[1]) - 1;
    return [chebyshev(grid.columnTerms, u, v), chebyshev(grid.rowTerms, u, v)];
  };

  /** Index of the cell in each place of the grid's part, -1 where there is none. */
  SC.gridLookup = function (grid, mask) {
    const rows = grid.rows[1] - grid.rows[0], columns = grid.columns[1] - grid.columns[0];
    const out = new Int32Array(rows * columns);
    let rank = 0;
    for (let i = 0; i < out.length; i++) {
      out[i] = mask[i >> 3] & (128 >> (i & 7)) ? rank++ : -1;
    }
    return { index: out, rows: rows, columns: columns, count: rank };
  };
}(window));
