package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Frames of the far end, by where they stand to a socket's names and numbers.

// onWire says whether the other end of the socket is on the wire.
func onWire(s *model.Socket) bool {
	own := s.Local == model.AddrOwn || s.Local == model.AddrOwn6 || s.Local == model.AddrLink
	return own && s.Remote != model.AddrAny && !s.Remote.Local() && s.LPort < model.PortUnseen
}

// attached: a connection, or the beginning of one.
func attached(_ *Scope, _ *model.World, s *model.Socket) bool {
	return s.Kind == model.KindStream && s.TCP > model.Listen && onWire(s)
}

// hungry: one that has nothing unread, so that data does not pile up.
func hungry(sc *Scope, w *model.World, s *model.Socket) bool {
	return attached(sc, w, s) && s.Unread == 0 && s.RcvNxt-s.RcvWup < 2
}

// owing: one that waits for an acknowledgement.
func owing(sc *Scope, w *model.World, s *model.Socket) bool {
	return attached(sc, w, s) && s.SndUna != s.SndNxt
}

func segment(name string, when func(*Scope, *model.World, *model.Socket) bool, f func(s *model.Socket, f *model.Frame)) stimulus {
	return stimulus{name: name, about: aSlot, when: when, frame: func(s *model.Socket) model.Frame {
		m := model.Frame{
			Proto: model.ProtoTCP, Src: s.Remote, SPort: s.RPort, Dst: s.Local, DPort: s.LPort, Seq: s.RcvNxt, Ack: s.SndNxt, MSS: mss,
		}
		f(s, &m)
		if m.Bits&model.ACK == 0 {
			m.Ack = 0
		}
		return m
	}}
}

// mss is what Ethernet leaves of a segment.
const mss = 1460

// segments are those of a peer, and of one that is not.
var segments = []stimulus{
	segment("SYN", attached, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq = model.SYN, 0 }),
	segment("SYN|ACK", attached, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq = model.SYN|model.ACK, 0 }),
	segment("SYN|ACK of another SYN", opening, func(_ *model.Socket, f *model.Frame) {
		f.Bits, f.Seq = model.SYN|model.ACK, 0
		f.Ack += 1000
	}),
	segment("ACK", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.ACK }),
	segment("ACK of nothing new", owing, func(s *model.Socket, f *model.Frame) { f.Bits, f.Ack = model.ACK, s.SndUna }),
	segment("ACK of what was not sent", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.ACK; f.Ack += 1000 }),
	segment("data", hungry, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Len = model.PSH|model.ACK, 1 }),
	segment("FIN", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.FIN | model.ACK }),
	segment("old FIN", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.FIN | model.ACK; f.Seq-- }),
	segment("RST", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.RST }),
	segment("RST|ACK", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.RST | model.ACK }),
	segment("RST within the window", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.RST; f.Seq++ }),
	segment("RST outside the window", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = model.RST; f.Seq-- }),
	segment("old data without ACK", received, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Len = model.PSH, 1; f.Seq-- }),
}

func opening(sc *Scope, w *model.World, s *model.Socket) bool {
	return attached(sc, w, s) && s.TCP < model.Established
}

// received: an attempt, or a handshake, to which the peer's SYN has come.
func received(sc *Scope, w *model.World, s *model.Socket) bool {
	return attached(sc, w, s) && s.TCP == model.SynReceived
}

// listening: a listener with room for one more handshake.
func listening(sc *Scope, w *model.World, s *model.Socket) bool {
	return s.TCP == model.Listen && s.LPort < model.PortUnseen && !s.Local.Loops() && slots(w) < sc.Slots
}

// listening6 is the same of a listener of AF_INET6.
func listening6(sc *Scope, w *model.World, s *model.Socket) bool {
	return listening(sc, w, s) && s.Family == spec.AFInet6
}

// callers6 is a SYN to a listener over IPv6.
var callers6 = stimulus{name: "SYN over IPv6", about: aSlot, when: listening6, frame: func(s *model.Socket) model.Frame {
	return model.Frame{Proto: model.ProtoTCP, Bits: model.SYN, Src: model.AddrRemote61, SPort: 1, Dst: model.AddrOwn6, DPort: s.LPort, MSS: mss}
}}

// callers are SYNs to a listener, from the far end's ports.
func callers(from ...model.Port) []stimulus {
	var all []stimulus
	for _, p := range from {
		all = append(all, stimulus{name: "SYN to a listener", about: aSlot, when: listening, frame: func(s *model.Socket) model.Frame {
			return model.Frame{
				Proto: model.ProtoTCP, Bits: model.SYN, Src: model.AddrRemote1, SPort: p, Dst: model.AddrOwn, DPort: s.LPort, MSS: mss,
			}
		}})
	}
	return all
}

// toListener are segments that no listener expects.
func toListener(bits ...model.Bits) []stimulus {
	var all []stimulus
	for _, b := range bits {
		all = append(all, stimulus{name: "segment for a listener", about: aSlot, when: listening, frame: func(s *model.Socket) model.Frame {
			f := model.Frame{Proto: model.ProtoTCP, Bits: b, Src: model.AddrRemote1, SPort: 2, Dst: model.AddrOwn, DPort: s.LPort, MSS: mss}
			if b&model.ACK != 0 {
				f.Seq, f.Ack = 1, 1
			}
			return f
		}})
	}
	return all
}

// renewable: a handshake that begins again goes on from the number that its new SYN
// has; so that numbers do not count on, it does once.
func renewable(sc *Scope, w *model.World, s *model.Socket) bool {
	return attached(sc, w, s) && (s.TCP != model.SynReceived || s.RcvNxt < 2)
}

// oddSegments are those that only a broken or a hostile peer sends.
var oddSegments = []stimulus{
	segment("SYN in the window", renewable, func(_ *model.Socket, f *model.Frame) { f.Bits = model.SYN }),
	segment("SYN|FIN", attached, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq = model.SYN|model.FIN, 0 }),
	segment("no bit", attached, func(_ *model.Socket, f *model.Frame) { f.Bits = 0 }),
	segment("data without ACK", hungry, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Len = model.PSH, 1 }),
	segment("data beyond a hole", hungry, func(_ *model.Socket, f *model.Frame) {
		f.Bits, f.Len = model.PSH|model.ACK, 1
		f.Seq += 10
	}),
	segment("old data", hungry, func(_ *model.Socket, f *model.Frame) {
		f.Bits, f.Len = model.PSH|model.ACK, 1
		f.Seq--
	}),
	segment("data from before to beyond", hungry, func(_ *model.Socket, f *model.Frame) {
		f.Bits, f.Len = model.PSH|model.ACK, 3
		f.Seq--
	}),
	segment("ACK of before the beginning", attached, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Ack = model.ACK, 0xffff }),
	segment("ACK of long ago", attached, func(_ *model.Socket, f *model.Frame) {
		f.Bits = model.ACK
		f.Ack -= 10
	}),
	segment("ACK outside the window", attached, func(_ *model.Socket, f *model.Frame) {
		f.Bits = model.ACK
		f.Seq--
	}),
	segment("RST with a wrong ACK", attached, func(_ *model.Socket, f *model.Frame) {
		f.Bits = model.RST | model.ACK
		f.Ack += 10
	}),
	segment("SYN|ACK with data", opening, func(_ *model.Socket, f *model.Frame) { f.Bits, f.Seq, f.Len = model.SYN|model.ACK, 0, 1 }),
	segment("data that acknowledges what was before the beginning", hungry, func(_ *model.Socket, f *model.Frame) {
		f.Bits, f.Len, f.Ack = model.PSH|model.ACK, 1, 0xffff
	}),
}

// strays are segments for nobody.
var strays = func() []stimulus {
	var all []stimulus
	for _, bits := range []model.Bits{model.SYN, model.ACK, model.RST} {
		all = append(all, stimulus{name: "segment for nobody", about: aHost, frame: func(*model.Socket) model.Frame {
			f := model.Frame{Proto: model.ProtoTCP, Bits: bits, Src: model.AddrRemote1, SPort: 9, Dst: model.AddrOwn, DPort: 9, MSS: mss}
			if bits == model.ACK {
				f.Seq, f.Ack = 1, 1
			}
			return f
		}})
	}
	return append(all, stimulus{name: "datagram for nobody", about: aHost, frame: func(*model.Socket) model.Frame {
		return model.Frame{Proto: model.ProtoUDP, Src: model.AddrRemote1, SPort: 9, Dst: model.AddrOwn, DPort: 9, Len: 1}
	}})
}()

// message is an ICMP message about the last that a socket sent.
func message(kind, code uint8, old bool) stimulus {
	return stimulus{name: "ICMP", about: aSlot, when: func(sc *Scope, w *model.World, s *model.Socket) bool {
		return s.Kind == model.KindDgram && s.TCP == model.Established && onWire(s) || attached(sc, w, s)
	}, frame: func(s *model.Socket) model.Frame {
		q := model.Quote{Proto: model.ProtoTCP, Src: s.Local, SPort: s.LPort, Dst: s.Remote, DPort: s.RPort}
		if s.Kind == model.KindDgram {
			q.Proto = model.ProtoUDP
		}
		f := model.Frame{Proto: model.ProtoICMP, Type: kind, Code: code, Src: s.Remote, Quote: q}
		if s.Kind == model.KindStream {
			f.Seq = s.SndUna
			if old {
				f.Seq -= 32
			}
		}
		return f
	}}
}

// message6 is an ICMPv6 message about the last that a socket sent.
func message6(kind, code uint8) stimulus {
	m := message(kind, code, false)
	four, when := m.frame, m.when
	m.name = "ICMPv6"
	m.when = func(sc *Scope, w *model.World, s *model.Socket) bool { return when(sc, w, s) && s.Remote.Six() }
	m.frame = func(s *model.Socket) model.Frame {
		f := four(s)
		f.Proto = model.ProtoICMP6
		return f
	}
	return m
}

// messages6 by what the systems make of them: no route, prohibited, address and port
// unreachable, source policy, reject; too big, time exceeded, parameter problem.
var messages6 = []stimulus{
	message6(1, 0), message6(1, 1), message6(1, 3), message6(1, 4), message6(1, 5), message6(1, 6), message6(2, 0), message6(3, 0), message6(4, 0), message6(4, 1),
}

// messages by what the systems make of them: unreachable net, host, protocol,
// port, fragmentation needed, prohibited; time exceeded, parameter problem,
// quench, redirect; and one about a segment of long ago.
var messages = []stimulus{
	message(3, 0, false), message(3, 1, false), message(3, 2, false), message(3, 3, false), message(3, 4, false), message(3, 13, false),
	message(11, 0, false), message(12, 0, false), message(4, 0, false), message(5, 1, false), message(3, 1, true),
}

// datagrams for a datagram socket: from its peer, or from anybody.
var datagrams = []stimulus{
	datagram("datagram", func(s *model.Socket, f *model.Frame) {
		if s.TCP == model.Established {
			f.Src, f.SPort = s.Remote, s.RPort
		}
	}),
	datagram("datagram of another", func(_ *model.Socket, f *model.Frame) { f.Src = model.AddrRemote2 }),
}

// datagrams6 are the same over IPv6, and one for all on the net.
var datagrams6 = []stimulus{
	{name: "datagram over IPv6", about: aSlot, when: func(_ *Scope, _ *model.World, s *model.Socket) bool {
		return s.Kind == model.KindDgram && s.Family == spec.AFInet6 && has(s, model.HasPort) && s.LPort < model.PortUnseen && s.Queued == 0 && !s.Local.Loops() &&
			!has(s, model.Raw) && !s.Local.Four() && (s.Remote == model.AddrAny || s.Remote == model.AddrRemote61)
	}, frame: func(s *model.Socket) model.Frame {
		return model.Frame{Proto: model.ProtoUDP, Src: model.AddrRemote61, SPort: 1, Dst: model.AddrOwn6, DPort: s.LPort, Len: 1}
	}},
	datagram("datagram for all", func(_ *model.Socket, f *model.Frame) { f.Dst = model.AddrSubnetBroadcast }),
}

// pours is a datagram whatever lies unread.
var pours = stimulus{name: "datagram", about: aSlot, when: func(_ *Scope, _ *model.World, s *model.Socket) bool {
	return s.Kind == model.KindDgram && has(s, model.HasPort) && s.LPort < model.PortUnseen
}, frame: datagrams[0].frame}

// strays6 are a segment and a datagram for nobody, over IPv6.
var strays6 = []stimulus{
	{name: "segment for nobody over IPv6", about: aHost, frame: func(*model.Socket) model.Frame {
		return model.Frame{Proto: model.ProtoTCP, Bits: model.SYN, Src: model.AddrRemote61, SPort: 9, Dst: model.AddrOwn6, DPort: 9, MSS: mss}
	}},
	{name: "datagram for nobody over IPv6", about: aHost, frame: func(*model.Socket) model.Frame {
		return model.Frame{Proto: model.ProtoUDP, Src: model.AddrRemote61, SPort: 9, Dst: model.AddrOwn6, DPort: 9, Len: 1}
	}},
}

func datagram(name string, f func(s *model.Socket, f *model.Frame)) stimulus {
	return stimulus{name: name, about: aSlot, when: func(_ *Scope, _ *model.World, s *model.Socket) bool {
		return s.Kind == model.KindDgram && s.Flags&model.HasPort != 0 && s.LPort < model.PortUnseen && s.Queued == 0 &&
			!s.Local.Loops() && !s.Remote.Local() && (s.Remote == model.AddrAny || s.Remote == model.AddrRemote1)
	}, frame: func(s *model.Socket) model.Frame {
		m := model.Frame{Proto: model.ProtoUDP, Src: model.AddrRemote1, SPort: 1, Dst: model.AddrOwn, DPort: s.LPort, Len: 1}
		f(s, &m)
		return m
	}}
}
