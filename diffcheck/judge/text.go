package judge

import (
	"net/netip"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// deviates notes that a dialect does not allow a label, with what it would allow.
func (j *Judge) deviates(d spec.Dialect, m *moment) {
	if j.brief {
		j.report.Deviations = append(j.report.Deviations, Deviation{Step: j.step, Dialect: d})
		return
	}
	l, seen := &m.label, m.seen
	v := Deviation{Step: j.step, Dialect: d, Seen: "nothing more"}
	switch {
	case seen != nil && seen.Kind == script.OutputReturn && j.calls[seen.Thread%script.ThreadsMax] != nil:
		v.Seen = script.FormatReturn(*j.calls[seen.Thread%script.ThreadsMax], seen.Result)
	case seen != nil:
		v.Seen = script.FormatOutput(*seen)
	case l.Kind == model.LabelCall:
		v.Seen = "a call by a thread that waits"
	}
	j.oracle.Worlds(d, func(w *model.World) {
		for _, text := range j.allowed(w, l) {
			if !slices.Contains(v.Allowed, text) {
				v.Allowed = append(v.Allowed, text)
			}
		}
	})
	v.Rules = j.oracle.AppendRules(d, nil)
	j.report.Deviations = append(j.report.Deviations, v)
}

// allowed is what a world would let be seen next.
func (j *Judge) allowed(w *model.World, l *model.Label) []string {
	var texts []string
	if w.OutLen > 0 {
		texts = append(texts, "> "+script.FormatFrame(j.frame(&w.Outs[0], w.Seen)))
	}
	for i := range w.Threads {
		t := &w.Threads[i]
		switch t.Wait {
		case model.Returning:
			texts = append(texts, j.returns(i, &t.Ret, w.Seen, w.NamesSeen))
		case model.Blocked:
			if (l.Kind == model.LabelReturn || l.Kind == model.LabelBlock) && int(l.Thread) == i {
				texts = append(texts, t.Op.String()+" waits")
			}
		}
	}
	if len(texts) == 0 {
		texts = append(texts, "nothing more")
	}
	return texts
}

// returns prints a result that the model expects.
func (j *Judge) returns(thread int, r *model.Return, seen, names uint8) string {
	c := j.calls[thread]
	if c == nil {
		return "a return"
	}
	s := spec.Result{Ret: r.Ret, Errno: r.Errno, Value: r.Value}
	s.Pair = [2]int32{int32(r.Pair[0]), int32(r.Pair[1])}
	switch {
	case r.HasAddr && r.Family == spec.AFUnix:
		s.Addr, s.AddrLen = j.names.unix.sockaddr(r.Name, names)
	case r.HasAddr:
		s.Addr, s.AddrLen = j.names.sockaddr(r, seen)
	}
	if c.Op == spec.OpEpollWait {
		s.Value = 0
		for i := range min(max(r.Ret, 0), model.PollMax) {
			s.Poll = append(s.Poll, spec.PollFD{FD: r.Value >> (8 * i) & 0xff, Revents: r.Revents[i]})
		}
	}
	if c.Op == spec.OpPoll || c.Op == spec.OpSelect {
		s.Poll = slices.Clone(c.Poll)
		for i := range min(len(s.Poll), model.PollMax) {
			s.Poll[i].Revents = r.Revents[i]
		}
	}
	return script.FormatReturn(*c, s)
}

// frame is a frame that the model expects, in the names of scripts.
func (j *Judge) frame(m *model.Frame, seen uint8) script.Frame {
	at := func(a model.Addr, p model.Port) netip.AddrPort {
		return netip.AddrPortFrom(classes[a], j.names.number(p, seen))
	}
	f := script.Frame{Src: at(m.Src, m.SPort), Dst: at(m.Dst, m.DPort), Len: int(m.Len)}
	switch m.Proto {
	case model.ProtoTCP:
		f.Proto, f.Flags, f.Seq, f.Ack = script.ProtoTCP, script.TCPFlags(m.Bits), long(m.Seq), long(m.Ack)
		f.BadSum = m.Bad
	case model.ProtoUDP:
		f.Proto = script.ProtoUDP
	case model.ProtoICMP:
		f.Proto, f.ICMPType, f.ICMPCode = script.ProtoICMP, m.Type, m.Code
	case model.ProtoICMP6:
		f.Proto, f.ICMPType, f.ICMPCode = script.ProtoICMP6, m.Type, m.Code
	}
	return f
}

// long undoes rel.
func long(x uint16) uint32 {
	switch {
	case x >= 0x8000:
		return uint32(int32(int16(x)))
	case x >= model.SeqAway:
		return away + uint32(x-model.SeqAway)
	case x >= model.SeqFar:
		return ahead + uint32(x-model.SeqFar)
	}
	return uint32(x)
}
