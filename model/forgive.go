package model

// Forgive takes a label that the dialect does not allow for what it comes
// nearest to, so that one deviation does not hide what follows: a wrong result
// or frame for the one that was due, an unexpected one for nothing.
func (w *World) Forgive(l *Label) {
	t := w.thread(l.Thread)
	switch l.Kind {
	case LabelReturn:
		if t != nil {
			slot := int(t.Socket) - 1
			*t = Thread{}
			if slot >= 0 && w.Sockets[slot].Kind != KindNone && !w.held(uint8(slot)) {
				w.bury(uint8(slot))
			}
		}
	case LabelBlock:
		if t != nil {
			t.Wait = Anything
		}
	case LabelOut:
		w.dropOut()
	case LabelSettle:
		for w.OutLen != 0 {
			w.dropOut()
		}
		for i := range w.Threads {
			if w.Threads[i].Wait == Returning {
				w.Threads[i].Wait = Anything
			}
		}
		w.settle()
	case LabelCall:
		if t != nil {
			*t = Thread{}
		}
	}
}

func (w *World) dropOut() {
	if w.OutLen == 0 {
		return
	}
	copy(w.Outs[:], w.Outs[1:w.OutLen])
	w.OutLen--
	w.Outs[w.OutLen] = Frame{}
}

// Ticking says whether a timer may fire: time passes, or one is all but due.
func (w *World) Ticking() bool { return w.Timers || w.due(w.flags()) }

// due says whether a timer is all but due; f are the flags of the world.
func (w *World) due(f Flags) bool {
	if f&(Hurry|AckDue) == 0 {
		return false
	}
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.has(Hurry) || s.Flags&(AckDue|Paced) == AckDue {
			return true
		}
	}
	return false
}

// Open says whether what happens next is left open: a call may return anything,
// a timer may fire; ticking is [World.Ticking].
func (w *World) Open() (open, ticking bool) {
	f := w.flags()
	ticking = w.Timers || w.due(f)
	return ticking || f&AnyState != 0 || w.waits(Anything), ticking
}

// waits says whether some thread is in this way of waiting.
func (w *World) waits(how Wait) bool {
	for i := range w.Threads {
		if w.Threads[i].Wait == how {
			return true
		}
	}
	return false
}

// flags are those of all sockets together: most worlds lack what is looked for.
func (w *World) flags() Flags {
	var f Flags
	for i := range w.Sockets {
		f |= w.Sockets[i].Flags
	}
	return f
}

// Quiet says whether nothing is on its way out.
func (w *World) Quiet() bool { return w.settled() }
