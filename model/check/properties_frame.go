package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// segmentsSo makes a property of a TCP segment from the wire for a socket.
func segmentsSo(holds func(s *Step, was, is *model.Socket, f *model.Frame) bool) func(*Step) bool {
	return func(s *Step) bool {
		f := &s.Label.Frame
		if s.Label.Kind != model.LabelIn || f.Proto != model.ProtoTCP || s.Before.Env != (model.Surroundings{}) || s.Scope.stimuli[s.Stimulus.Index].about != aSlot {
			return true
		}
		return holds(s, s.was(), s.is(), f)
	}
}

// fastStart: the segment acknowledges a SYN, and not the data that went with it (RFC 7413, 4.2.2).
func fastStart(was *model.Socket, f *model.Frame) bool { return has(was, model.FastData) && f.Ack == 1 }

var framesDo = []Property{
	{Name: "no-reset-for-a-reset", For: ofAll, Source: "RFC 9293, 3.10.7.1 and 3.5.2", Says: "An RST is never answered by one.",
		Step: segmentsSo(func(s *Step, _, _ *model.Socket, f *model.Frame) bool {
			return f.Bits&model.RST == 0 || !answers(s, func(o *model.Frame) bool { return o.Bits&model.RST != 0 })
		})},
	{Name: "for-nobody-changes-nothing", For: ofAll, Source: "RFC 9293, 3.10.7.1; RFC 1122, 4.1.3.1", Says: "A frame for nobody changes nothing.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelIn || s.Scope.stimuli[s.Stimulus.Index].about != aHost || s.Before.Env != (model.Surroundings{}) || same(s.Before, s.After)
		}},
	{Name: "established-by-handshake", For: ofAll, Source: "RFC 9293, 3.5",
		Says: "A socket that waits for an answer to its SYN is connected by SYN|ACK, or by SYN and what follows, and by nothing else.",
		Step: segmentsSo(func(_ *Step, was, is *model.Socket, f *model.Frame) bool {
			return was.TCP != model.SynSent || is.TCP != model.Established || f.Bits&(model.SYN|model.ACK|model.RST) == model.SYN|model.ACK && (f.Ack == was.SndNxt || fastStart(was, f))
		})},
	{Name: "wrong-ack-changes-nothing", For: ofAll, Source: "RFC 9293, 3.10.7.3", Says: "A SYN|ACK that acknowledges something else does not end an attempt.",
		Step: segmentsSo(func(_ *Step, was, is *model.Socket, f *model.Frame) bool {
			return was.TCP != model.SynSent || f.Bits&model.ACK == 0 || f.Ack == was.SndNxt || is.TCP == model.SynSent || fastStart(was, f)
		})},
	{Name: "blind-reset-fails", For: ofAll, Source: "RFC 5961, 3.2", Says: "Only an RST with exactly the next number ends a connection.",
		Step: segmentsSo(func(_ *Step, was, is *model.Socket, f *model.Frame) bool {
			return was.TCP != model.Established || f.Bits&model.RST == 0 || f.Seq == was.RcvNxt || is.TCP == model.Established
		})},
	{Name: "reset-ends-a-connection", For: ofAll, Source: "RFC 9293, 3.10.7.4", Says: "An RST with the next number ends a connection.",
		Step: segmentsSo(func(_ *Step, was, is *model.Socket, f *model.Frame) bool {
			return was.TCP != model.Established || f.Bits&(model.RST|model.SYN) != model.RST || f.Seq != was.RcvNxt || is.TCP != model.Established
		})},
	{Name: "end-of-peer-is-taken", For: ofAll, Source: "RFC 9293, 3.10.7.4 (FIN)", Says: "The peer's FIN in order takes ESTABLISHED to CLOSE-WAIT, and on where a waiting call was the last to hold the socket.",
		Step: segmentsSo(func(s *Step, was, is *model.Socket, f *model.Frame) bool {
			inOrder := f.Bits == model.FIN|model.ACK && f.Seq == was.RcvNxt && f.Ack == was.SndNxt
			if _, held := descriptor(s.Before, int(s.Stimulus.Slot)); !held && is.TCP == model.LastAck {
				return true
			}
			return was.TCP != model.Established || !inOrder || is.TCP == model.CloseWait || is.TCP == model.Closed || is.Kind == model.KindNone
		})},
	{Name: "listener-survives-frames", For: ofAll, Source: "RFC 9293, 3.10.7.2", Says: "No frame ends a listener that has a descriptor.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelIn {
				return true
			}
			for i := range s.Before.Sockets {
				_, held := descriptor(s.Before, i) // what only a waiting accept holds goes when that returns
				if held && s.Before.Sockets[i].TCP == model.Listen && s.After.Sockets[i].TCP != model.Listen {
					return false
				}
			}
			return true
		}},
	{Name: "SYN-is-answered", For: ofAll, Source: "RFC 9293, 3.10.7.2", Says: "A listener with nothing in its queue answers SYN by SYN|ACK.",
		Step: segmentsSo(func(s *Step, was, _ *model.Socket, f *model.Frame) bool {
			if was.TCP != model.Listen || f.Bits != model.SYN || queued(s.Before, s.Stimulus.Slot) || met(s.Before, f) {
				return true
			}
			return answers(s, func(o *model.Frame) bool { return o.Bits == model.SYN|model.ACK && o.Ack == 1 })
		})},
	{Name: "soft-error-does-not-end", For: ofAll, Source: "RFC 1122, 4.2.3.9; RFC 5927, 5.1", Says: "An ICMP message does not end a connection that is established.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelIn || s.Label.Frame.Proto != model.ProtoICMP || s.was().Kind != model.KindStream {
				return true
			}
			return s.was().TCP != model.Established || s.is().TCP == model.Established
		}},
	{Name: "old-message-is-ignored", For: ofAll, Source: "RFC 5927, 4.1", Says: "An ICMP message about a segment that is not outstanding changes nothing.",
		Step: func(s *Step) bool {
			f, was := &s.Label.Frame, s.was()
			if s.Label.Kind != model.LabelIn || f.Proto != model.ProtoICMP || was.Kind != model.KindStream || int16(f.Seq-was.SndUna) >= 0 {
				return true
			}
			return same(s.Before, s.After)
		}},
	{Name: "datagram-comes-from-the-peer", For: ofAll, Source: "posix/description/dgram-source, linux/description/dgram-source",
		Says: "A datagram socket with a peer gets nothing from others.",
		Step: func(s *Step) bool {
			f, was := &s.Label.Frame, s.was()
			if s.Label.Kind != model.LabelIn || f.Proto != model.ProtoUDP || was.Kind != model.KindDgram || was.TCP != model.Established || was.Remote == f.Src {
				return true
			}
			return s.is().Queued <= was.Queued
		}},
}

// answers says whether one of the frames that the host sent is such.
func answers(s *Step, such func(*model.Frame) bool) bool {
	for i := range s.Seen.Outs {
		if o := &s.Seen.Out[i]; o.Proto == model.ProtoTCP && such(o) {
			return true
		}
	}
	return false
}

// queued says whether anything waits at a listener.
func queued(w *model.World, slot uint8) bool {
	for i := range w.Sockets {
		if w.Sockets[i].Parent == slot+1 {
			return true
		}
	}
	return false
}

// met says whether a segment is of a connection that the world holds.
func met(w *model.World, f *model.Frame) bool {
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.Kind == model.KindStream && s.TCP > model.Listen && s.Local == f.Dst && s.LPort == f.DPort && s.Remote == f.Src && s.RPort == f.SPort {
			return true
		}
	}
	return false
}

// nowhere: no socket of the world is such.
func nowhere(such func(w *model.World, s *model.Socket) bool) func(spec.Dialect, *model.World) bool {
	return everySocket(func(w *model.World, s *model.Socket) bool { return !such(w, s) })
}

var timeDoes = []Property{
	{Name: "time-connects-nothing", For: ofAll, Source: "RFC 9293, 3.8.1", Says: "Time alone connects nothing to the wire.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelAdvance {
				return true
			}
			for i := range s.Before.Sockets {
				a, b := s.Before.Sockets[i].TCP, s.After.Sockets[i].TCP
				if b == model.Established && a != model.Established && s.After.Sockets[i].Kind == model.KindStream && !s.After.Sockets[i].Remote.Local() {
					return false
				}
			}
			return true
		}},
	{Name: "retransmits-the-SYN", For: ofAll, Source: "RFC 9293, 3.8.1; RFC 6298, 5", Says: "What time sends for an attempt is the same SYN again.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelAdvance || !answers(s, func(o *model.Frame) bool { return o.Bits == model.SYN && o.Seq != 0 })
		}},
	{Name: "attempt-ends", Kind: Eventually, For: ofAll, Source: "posix/errors/ETIMEDOUT; RFC 1122, 4.2.3.5",
		Says: "Every attempt that nobody answers comes to an end.",
		World: nowhere(func(_ *model.World, s *model.Socket) bool {
			return s.Kind == model.KindStream && (s.TCP == model.SynSent || s.TCP == model.SynReceived) && !has(s, model.HalfOpen|model.Cookie|model.Deferred)
		})},
	{Name: "connect-returns", Kind: Eventually, For: ofAll, Source: "posix/description/blocking, posix/errors/ETIMEDOUT",
		Says: "Every connect that waits returns, but for one that joins a Fast Open of Linux, whose SYN goes with the first data.",
		World: func(_ spec.Dialect, w *model.World) bool {
			for i := range w.Threads {
				if t := &w.Threads[i]; t.Wait == model.Blocked && t.Op == spec.OpConnect && w.Sockets[t.Socket-1].Family != spec.AFUnix && !has(&w.Sockets[t.Socket-1], model.Deferred) {
					return false
				}
			}
			return true
		}},
	{Name: "handshake-ends", Kind: Eventually, For: ofAll, Source: "Linux 6.18, reqsk_timer_handler; RFC 4987, 3",
		Says:  "Every handshake of a listener is completed or given up.",
		World: nowhere(func(_ *model.World, s *model.Socket) bool { return has(s, model.Request) && !has(s, model.Cookie) })},
	{Name: "TIME-WAIT-ends", Kind: Eventually, For: ofAll, Source: "RFC 9293, 3.6.1", Says: "TIME-WAIT comes to an end.",
		World: nowhere(func(_ *model.World, s *model.Socket) bool {
			return s.Kind == model.KindStream && s.TCP == model.TimeWait
		})},
	{Name: "acknowledgement-is-sent", Kind: Eventually, For: ofAll, Source: "RFC 9293, 3.8.6.3; RFC 1122, 4.2.3.2",
		Says:  "An acknowledgement that is delayed is sent.",
		World: nowhere(func(_ *model.World, s *model.Socket) bool { return has(s, model.AckDue) })},
	{Name: "waiter-can-be-woken", Kind: Possibly, For: ofAll, Of: "connection", Source: "POSIX.1-2008, XSH 2.9",
		Says: "Every thread that waits on the only socket can be woken by what may happen, unless nobody knows the port it waits on.",
		World: func(_ spec.Dialect, w *model.World) bool {
			if slots(w) > 1 { // which may be all that the scope holds, and what wakes a thread may need another
				return true
			}
			for i := range w.Threads {
				if t := &w.Threads[i]; t.Wait == model.Blocked && t.Socket != 0 && w.Sockets[t.Socket-1].LPort < model.PortUnseen {
					return false
				}
			}
			return true
		}},
}
