package model

// Observe takes a label that no rule has to be found for: what is seen of the
// host, and the passing of time. There is at most one way to, so w is changed in
// place. If w does not allow the label, it stays as it is and ok is false.
func (w *World) Observe(l *Label) (ok bool) {
	if w.Left != Inside {
		return true
	}
	switch l.Kind {
	case LabelReturn:
		return w.answered(l)
	case LabelBlock:
		t := w.thread(l.Thread)
		return t != nil && (t.Wait == Blocked || t.Wait == Anything)
	case LabelOut:
		return w.sent(&l.Frame)
	case LabelAdvance:
		w.Timers, w.Passing = true, l.Passed
	case LabelSettle:
		if !w.settled() || w.overdue() {
			return false
		}
		w.settle()
	case LabelEnv:
		if l.File.Verb != FileAsIs {
			w.changeFiles(&l.File)
			return true
		}
		w.change(l)
	default:
		return false
	}
	return true
}

// answered matches a result with what the thread is about to return.
func (w *World) answered(l *Label) (ok bool) {
	t := w.thread(l.Thread)
	if t == nil {
		w.Left = LeftScope
		return true
	}
	switch t.Wait {
	case Anything:
		w.returnAnything(t, &l.Ret)
		return true
	case Blocked:
		if t.Socket == 0 || !w.anything(w.Sockets[t.Socket-1].Kind) {
			return false
		}
		w.returnAnything(t, &l.Ret) // a socket in an unspecified state may have done it
		return true
	case Returning:
		want := t.Ret.Port
		if !t.Ret.matches(&l.Ret) {
			return false
		}
		if t.Ret.HasAddr && (!w.seePort(want, l.Ret.Port) || !w.seeName(t.Ret.Name, l.Ret.Name)) {
			return false
		}
		*t = Thread{}
		return true
	}
	return false
}

// matches compares all but a port or a name, which has to be seen.
func (r *Return) matches(s *Return) bool {
	if !r.HasAddr && r.Loose == 0 {
		return *r == *s
	}
	if r.Loose == 0 {
		if r.Ret != s.Ret || r.Errno != s.Errno || r.Value != s.Value {
			return false
		}
		want := *r
		want.Port, want.Name = s.Port, s.Name
		return want == *s
	}
	want, got := *r, *s
	for i := range want.Revents {
		want.Revents[i] &^= r.Loose
		got.Revents[i] &^= r.Loose
	}
	want.Loose = 0
	if want.Ret > 0 { // entries that only show such bits may count
		want.Ret, got.Ret = 0, 0
	}
	if want.HasAddr {
		want.Port = got.Port
	}
	return want == got
}

// sent matches a frame with the next one to come out.
func (w *World) sent(f *Frame) (ok bool) {
	if w.OutLen == 0 || !w.Outs[0].matches(f) {
		if !w.anything(f.kind()) {
			return false
		}
		if f.SPort == PortSeen+Port(w.Seen) {
			w.Seen++
		}
		return true
	}
	if !w.seePort(w.Outs[0].SPort, f.SPort) {
		return false
	}
	w.dropOut()
	return true
}

// matches compares all but a port not yet seen.
func (f *Frame) matches(g *Frame) bool {
	a, b := *f, *g
	a.Loose, b.Loose, a.MSS, b.MSS, a.Scaled, b.Scaled = 0, 0, 0, 0, false, false
	if a.SPort >= PortUnseen {
		a.SPort, b.SPort = 0, 0
	}
	if f.Loose&LooseSeq != 0 {
		a.Seq, b.Seq = 0, 0
	}
	if f.Loose&LooseAck != 0 {
		a.Ack, b.Ack = 0, 0
	}
	if f.Loose&LoosePSH != 0 {
		a.Bits, b.Bits = a.Bits&^PSH, b.Bits&^PSH
	}
	if f.Loose&LooseQuote != 0 {
		a.Quote, b.Quote, a.Seq, b.Seq = Quote{}, Quote{}, 0, 0
	}
	return a == b
}

// seePort matches a port of the world with one of the trace. A chosen port that
// nobody has seen gets the next number, everywhere.
func (w *World) seePort(want, got Port) bool {
	if want < PortUnseen {
		return want == got
	}
	if got == PortSeen+Port(w.Seen) {
		w.Seen++
	} else if got < PortSeen || got > PortSeen+Port(w.Seen) || !w.again(want, got) {
		return false
	}
	w.rename(want, got)
	return true
}

func (w *World) rename(from, to Port) {
	swap := func(p *Port) {
		if *p == from {
			*p = to
		}
	}
	swap(&w.Env.Only)
	for i := range w.Sockets {
		s := &w.Sockets[i]
		swap(&s.LPort)
		swap(&s.RPort)
		for q := range s.Queue {
			swap(&s.Queue[q].Port)
		}
	}
	for i := range w.Outs {
		swap(&w.Outs[i].SPort)
		swap(&w.Outs[i].DPort)
	}
	for i := range w.Threads {
		swap(&w.Threads[i].Ret.Port)
	}
}
