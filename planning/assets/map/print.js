/* ServiceCircle map, part 6: paper. The map is painted once more, for the paper, as one finished picture.
 *
 * What is drawn on a canvas of the page while it is being printed goes to paper as strokes, the wiping of
 * the canvas included, which takes away all that lies below it: Chromium printed white maps. So nothing of
 * the page is drawn anew; the layers paint on a picture of their own, which is printed as it is. */
(function (root) {
  'use strict';
  const SC = root.ServiceCircle, el = SC.el;
  const PX_PER_MM = 96 / 25.4;
  /** The map on A4, in millimetres, and the largest picture in pixels. */
  const WIDTH_MM = 212, MARGIN_MM = 9, ASIDE_MM = 66, MOST_PIXELS = 4e7;
  /** Width of each paper in A4 widths. */
  const PAPERS = { A4: 1, A3: 420 / 297, A1: 841 / 297 };

  function blank(width, height) {
    if (typeof OffscreenCanvas === 'function') { return new OffscreenCanvas(width, height); }
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  /** The view in which the bounds [[south, west], [north, east]] fill a picture. */
  function viewOf(bounds, width, height, margin) {
    const corner = SC.world(bounds[0][1], bounds[1][0]), end = SC.world(bounds[1][1], bounds[0][0]);
    const scale = Math.min((width - 2 * margin) / (end[0] - corner[0]),
      (height - 2 * margin) / (end[1] - corner[1]), 256 * Math.pow(2, 18));
    const x = (corner[0] + end[0]) / 2 * scale - width / 2, y = (corner[1] + end[1]) / 2 * scale - height / 2;
    return {
      zoom: Math.log2(scale / 256), scale: scale, x: x, y: y, width: width, height: height,
      west: x / scale, east: (x + width) / scale, north: y / scale, south: (y + height) / scale
    };
  }
  SC.printView = viewOf;

  /** Paint on a picture of its own and lay that over the paper, as a whole. */
  SC.overlay = function (ctx, view, opacity, paint) {
    const canvas = blank(ctx.canvas.width, ctx.canvas.height), pen = canvas.getContext('2d');
    pen.setTransform(ctx.getTransform());
    paint(pen, view);
    ctx.save();
    ctx.resetTransform();
    ctx.globalAlpha = opacity;
    ctx.drawImage(canvas, 0, 0);
    ctx.restore();
  };

  /** All that the map shows as one canvas, `ratio` pixels to a unit of the view. */
  function picture(board, view, ratio) {
    const paper = blank(Math.round(view.width * ratio), Math.round(view.height * ratio));
    const ctx = paper.getContext('2d');
    ctx.scale(ratio, ratio);
    ctx.fillStyle = board.background;
    ctx.fillRect(0, 0, view.width, view.height);
    board.layers.filter((layer) => layer.isShown).forEach((layer) => {
      ctx.save();
      (layer.print || layer.leaflet.paint)(ctx, view);
      ctx.restore();
    });
    board.stage.labels.paint(ctx, view);
    if (!paper.transferToImageBitmap) { return paper; }
    const shown = document.createElement('canvas');
    shown.width = paper.width;
    shown.height = paper.height;
    shown.getContext('bitmaprenderer').transferFromImageBitmap(paper.transferToImageBitmap());
    return shown;
  }

  /** A bar of a round length, at most a fifth of the map, as true at the middle of the view. */
  function scaleBar(view) {
    const middle = Math.PI * (1 - (view.north + view.south));
    const metres = 40075016.686 / Math.cosh(middle) / view.scale, most = view.width * metres / 5;
    const tens = Math.pow(10, Math.floor(Math.log10(most)));
    const length = [5, 2, 1].find((step) => step * tens <= most) * tens;
    const bar = el('div', { class: 'sc-bar' }, [length >= 1000 ? length / 1000 + ' km' : length + ' m']);
    bar.style.width = 100 * length / metres / view.width + '%';
    return bar;
  }

  /** A long legend is printed smaller rather than cut off. */
  function fitAside(isPrinting, heightMm) {
    const aside = document.querySelector('aside');
    let zoom = 1;
    aside.style.cssText = isPrinting ? 'height:' + heightMm + 'mm' : '';
    while (isPrinting && zoom > 0.4 && aside.scrollHeight > aside.clientHeight + 1) {
      zoom -= 0.04;
      aside.style.cssText = 'zoom:' + zoom + ';height:' + heightMm / zoom + 'mm;width:' + ASIDE_MM / zoom + 'mm';
    }
  }

  /** Lay the page out for a paper of the reader's choice, and back. */
  SC.preparePrint = function (board, bounds) {
    const map = board.map, home = map.getContainer(), html = document.documentElement;
    const choice = document.getElementById('sc-paper');
    const asked = (/paper=(\w+)/.exec(root.location.hash) || [])[1];
    if (asked in PAPERS) { choice.value = asked; }
    const page = document.head.appendChild(el('style'));
    const sheet = el('div', { class: 'sc-sheet' });
    const turn = (isPrinting) => {
      SC.isPrinting = isPrinting;
      html.classList.toggle('sc-printing', isPrinting);
      board.layers.forEach((layer) => { if (layer.onShow) { layer.onShow(); } });
      fitAside(isPrinting, 1);
    };
    const before = () => {
      if (SC.isPrinting) { return; }
      const size = PAPERS[choice.value];
      // CSS has no name for A1.
      page.textContent = '@page{size:' + 297 * size + 'mm ' + 210 * size + 'mm;margin:' + MARGIN_MM * size +
        'mm}.sc-printing body{zoom:' + size + '}';
      map.closePopup();
      // The whole area, unless the reader has moved to a part of it.
      const seen = map.getBounds();
      const isWhole = map.getZoom() <= map.getBoundsZoom(bounds) && seen.contains(bounds);
      home.after(sheet);
      turn(true);
      // Head and foot take what they need; the map has the rest of the sheet.
      const room = sheet.getBoundingClientRect(), heightMm = WIDTH_MM * room.height / room.width;
      fitAside(true, heightMm);
      // Larger paper shows more of the map, and larger: half of each.
      const step = Math.sqrt(size), width = WIDTH_MM * PX_PER_MM * step, height = heightMm * PX_PER_MM * step;
      const view = isWhole ? viewOf(bounds, width, height, 12) : viewOf(
        [[seen.getSouth(), seen.getWest()], [seen.getNorth(), seen.getEast()]], width, height, 0);
      const ratio = Math.min(3 * step, Math.sqrt(MOST_PIXELS / (width * height)));
      const north = home.querySelector('.sc-north').cloneNode(true);
      sheet.replaceChildren(picture(board, view, ratio), scaleBar(view), north,
        el('div', { class: 'sc-credit' }, [board.attribution]));
    };
    const after = () => {
      sheet.remove();
      sheet.replaceChildren();
      turn(false);
      map.invalidateSize({ pan: false });
    };
    root.addEventListener('beforeprint', before);
    root.addEventListener('afterprint', after);
    document.getElementById('sc-print').addEventListener('click', () => { root.print(); });
  };
}(window));
