"""Small drawings for paper: text, lines, boxes and QR codes, as SVG and as PDF."""
