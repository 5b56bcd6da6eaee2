package ui

// GridHandle is how a page tells its DataGrid of changes. The zero value is ready; outside a browser nothing is drawn.
// Its methods draw at once: call them where go-app runs the page, with the Source as it is now.
type GridHandle struct {
	grid   *DataGrid
	draw   drawing
	active int // row; -1: a title
	column int // of the titles, 0 is the tick for all
}

// Refresh draws the rows in view again.
func (h *GridHandle) Refresh() { h.drawAll() }

// Reset is for rows that are there for the first time: the view goes to where it was when the person left, or to the top.
func (h *GridHandle) Reset() {
	h.active = 0
	h.drawAll()
	h.draw.restore()
}

// Top goes to the first row: other rows are shown now.
func (h *GridHandle) Top() {
	if h.active >= 0 {
		h.active = 0
	}
	h.draw.resize(h.len())
	h.draw.scrollTo(0)
	h.drawAll()
}

// Move draws again after rows came, went or moved. to tells where a row of before is now, or the next that is left: what
// the person looks at stays where it is, and the active row stays active.
func (h *GridHandle) Move(to func(row int) int) {
	anchor := h.Anchor()
	by := to(anchor) - anchor
	if h.active >= 0 {
		h.active = max(0, min(to(h.active), h.len()-1))
	}
	h.draw.moveMenu(to)
	h.draw.resize(h.len())
	if by != 0 {
		h.draw.scrollBy(by)
	}
	h.drawAll()
}

// Show makes a row the active one and brings it into view.
func (h *GridHandle) Show(row int) {
	if row >= 0 && row < h.len() {
		h.draw.resize(h.len())
		h.activate(row, true)
	}
}

// Active is the row that the keyboard acts on; -1 when that is a title.
func (h *GridHandle) Active() int { return h.active }

// Anchor is the row that must not move when others come and go: the one under the pointer, else the first in view.
func (h *GridHandle) Anchor() int { return h.draw.anchor() }

// Shown are the first and the last row in view.
func (h *GridHandle) Shown() (from, to int) { return h.draw.shown() }

func (h *GridHandle) len() int {
	if h.grid == nil || h.grid.Source == nil || h.grid.Loading {
		return 0
	}
	return h.grid.Source.Len()
}

// page is how many rows are in view.
func (h *GridHandle) page() int {
	from, to := h.draw.shown()
	return max(1, to-from)
}

// attach draws for a grid whose frame is there, or was rendered again.
func (h *GridHandle) attach(g *DataGrid) {
	h.grid = g
	h.draw.begin(h)
	h.drawAll()
	h.draw.restore() // the frame may have been there before it was known that the person came back
	h.draw.settle()
}

func (h *GridHandle) detach() {
	h.draw.end()
	h.grid = nil
}

// resized measures again.
func (h *GridHandle) resized() {
	if h.grid != nil {
		h.draw.measure()
		h.drawAll()
	}
}

func (h *GridHandle) drawAll() {
	if h.grid == nil {
		return
	}
	n := h.len()
	if h.active > 0 {
		h.active = max(0, min(h.active, n-1))
	}
	h.draw.resize(n)
	h.draw.rows(true)
}

// activate makes a row the active one.
func (h *GridHandle) activate(i int, show bool) {
	h.active = i
	if show && i >= 0 {
		h.draw.show(i)
	}
	h.draw.rows(false)
}
