package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
)

// window is what the puppet offers; it never closes it.
const window = 65535

// synOptions are what the puppet's SYN carries. Timestamps are left out: their
// echo would be a clock of the host's.
func (w *world) synOptions() script.TCPOptions {
	o := script.TCPOptions{MSS: 1460}
	if w.percent(30) {
		o.WindowScale = 8
	}
	if w.percent(30) {
		o.SACKPermitted = true
	}
	if w.fast {
		o.FastOpen = w.fastOption()
	}
	return o
}

func segment(flags script.TCPFlags, seq, ack uint32) script.Frame {
	f := script.Frame{Proto: script.ProtoTCP, Flags: flags, Seq: seq, Window: window, HasWindow: true}
	if flags&script.ACK != 0 {
		f.Ack = ack
	}
	if flags&script.RST != 0 {
		f.Window, f.HasWindow = 0, false
	}
	return f
}

// connecting is the socket whose SYN the puppet has in hand, or nil.
func (w *world) connecting() *socket {
	if w.wire.open && w.wire.sock >= 0 && w.sockets[w.wire.sock].state == StateConnecting {
		return &w.sockets[w.wire.sock]
	}
	return nil
}

// connected is the socket of the puppet's connection, or nil.
func (w *world) connected() *socket {
	if w.wire.open && w.wire.sock >= 0 && w.sockets[w.wire.sock].state == StateConnected {
		return &w.sockets[w.wire.sock]
	}
	return nil
}

// established notes that the handshake that a socket began is over.
func (w *world) established(s *socket) {
	s.state = StateConnected
	w.wire.seq, w.wire.done = 1, true
	w.wake(s)
}

// over notes that the attempt or the connection is at its end.
func (w *world) over(s *socket) {
	if s != nil {
		s.state = StateFailed
		w.wake(s)
	}
}

func (w *world) synAck() {
	f := segment(script.SYN|script.ACK, 0, 1)
	f.Options = w.synOptions()
	if w.fast {
		w.fastAnswer(&f)
	}
	w.inject(f)
	if s := w.connecting(); s != nil {
		w.established(s)
	}
	w.wire.seq += uint32(f.Len)
}

// wrongAck is an acknowledgement of what the host did not send.
func (w *world) wrongAck() uint32 {
	return [...]uint32{0, 2, 1000, 1 << 31}[w.below(4)]
}

func (w *world) badSynAck() {
	f := segment(script.SYN|script.ACK, 0, w.wrongAck())
	f.Options = w.synOptions()
	w.inject(f)
}

func (w *world) refuse() {
	w.inject(segment(script.RST|script.ACK, w.wire.seq, 1))
	w.over(w.connecting())
}

func (w *world) badRefuse() {
	if w.percent(50) {
		w.inject(segment(script.RST, w.wire.seq, 0))
		return
	}
	w.inject(segment(script.RST|script.ACK, w.wire.seq, w.wrongAck()))
}

// peerSyn opens a connection to the host. It becomes the one that frames
// without addresses belong to.
func (w *world) peerSyn() {
	port := uint16(script.LocalPort)
	if w.percent(10) {
		port = script.LocalPort2
	}
	f := segment(script.SYN, 0, 0)
	f.Options = w.synOptions()
	src, dst := w.ends6()
	f.Src, f.Dst = from(src, script.PassivePort+w.peer), from(dst, port)
	w.peer++
	w.inject(f)
	w.switchTo(wire{sock: -1, server: w.listener(port), seq: 1, ack: 1, six: src.Is6()})
}

// crossSyn answers a SYN by one (RFC 9293, section 3.5, simultaneous open).
func (w *world) crossSyn() {
	f := segment(script.SYN, 0, 0)
	f.Options = w.synOptions()
	w.inject(f)
	if w.connecting() != nil {
		w.wire.seq = 1
	}
}

func (w *world) peerAck() {
	ack := w.wire.ack
	if w.percent(8) {
		ack += w.wrongAck()
	}
	w.inject(segment(script.ACK, w.wire.seq, ack))
	if ack != w.wire.ack || !w.wire.open {
		return
	}
	w.wire.pending = false
	switch s := w.connecting(); {
	case s != nil && w.wire.seq == 1:
		w.established(s)
	case w.wire.sock < 0 && !w.wire.done && w.wire.server >= 0:
		w.wire.done = true
		w.arrived(&w.sockets[w.wire.server])
	}
}

func (w *world) peerData() {
	f := segment(script.PSH|script.ACK, w.wire.seq, w.wire.ack)
	f.Len = 1 + w.below(100)
	w.inject(f)
	w.wire.seq += uint32(f.Len)
	if s := w.connected(); s != nil {
		s.bytes++
		w.wakeReader(s)
	}
}

func (w *world) peerFin() {
	w.inject(segment(script.FIN|script.ACK, w.wire.seq, w.wire.ack))
	w.wire.seq++
	if s := w.connected(); s != nil {
		s.peerDone = true
		w.wakeReader(s)
	}
}

func (w *world) wakeReader(s *socket) {
	if !s.waitsAccept {
		w.wake(s)
	}
}

func (w *world) peerReset() {
	flags, seq := script.RST|script.ACK, w.wire.seq
	if w.percent(40) {
		flags = script.RST
	}
	exact := !w.percent(15)
	if !exact { // within the window but not its edge, or out of it (RFC 5961, section 3.2)
		seq += [...]uint32{1, 1000, 1 << 30}[w.below(3)]
	}
	w.inject(segment(flags, seq, w.wire.ack))
	if exact {
		w.over(w.connected())
	}
}

// addICMP adds a message of a type and code so many times.
type addICMP func(weight int, typ, code uint8)

// icmpDeck lists the messages that fill adds, each as often as its weight.
func icmpDeck(proto script.Proto, fill func(addICMP)) (kinds []script.Frame) {
	fill(func(weight int, typ, code uint8) {
		for range weight {
			kinds = append(kinds, script.Frame{Proto: proto, ICMPType: typ, ICMPCode: code})
		}
	})
	return kinds
}

// icmpKinds are the types and codes of ICMP that the puppet sends, by weight.
var icmpKinds = icmpDeck(script.ProtoICMP, func(add addICMP) {
	for code := range uint8(16) {
		add(2, 3, code)
	}
	add(4, 3, 3)
	add(1, 3, 16)
	add(1, 4, 0)
	add(1, 5, 0)
	add(1, 5, 1)
	add(2, 11, 0)
	add(2, 11, 1)
	add(2, 12, 0)
})

func (w *world) icmp() {
	f := icmpKinds[w.below(len(icmpKinds))]
	switch {
	case w.wire.six:
		f = w.kind6()
	case f.ICMPType == 3 && f.ICMPCode == 4:
		f.MTU = [...]uint16{1400, 1400, 1300, 500}[w.below(4)]
	}
	wrong := w.percent(8)
	s := w.connecting()
	if wrong && s != nil {
		f.Quoted = script.Quote{Proto: script.ProtoTCP, HasSeq: true, Seq: 5000}
	}
	w.inject(f)
	// These end no attempt, on any system.
	soft := f.Proto == script.ProtoICMP6 && f.ICMPType == 2 || f.Proto == script.ProtoICMP && w.softICMP(&f)
	if s != nil && !wrong && !soft {
		w.over(s)
	}
}

func (w *world) softICMP(f *script.Frame) bool {
	return f.ICMPType == 4 || f.ICMPType == 5 || f.ICMPType == 3 && (f.ICMPCode == 4 || f.ICMPCode > 15) || f.ICMPType == 11 && f.ICMPCode == 1
}

func (w *world) datagram() {
	f := script.Frame{Proto: script.ProtoUDP, Len: w.below(64)}
	if !w.wire.open {
		src, dst := w.ends6()
		f.Src, f.Dst = from(src, script.RemotePort), from(dst, script.LocalPort)
	}
	w.inject(f)
	if w.wire.open && w.wire.sock >= 0 {
		if s := &w.sockets[w.wire.sock]; s.state == StateAssociated {
			s.bytes++
			w.wake(s)
		}
	}
}

// thirdParty sends a datagram from where the socket is not associated to. The
// thread that waits for one counts as blocked still: if it is not, nothing is
// lost but a choice.
func (w *world) thirdParty() {
	f := script.Frame{Proto: script.ProtoUDP, Len: w.below(64)}
	f.Src, f.Dst = from(script.Remote2, script.RemotePort), from(script.Own, script.LocalPort)
	if w.percent(30) {
		f.Src = from(script.Remote1, script.RemotePort2)
	}
	six := w.six && w.percent(60)
	if six {
		f.Src, f.Dst = from(sixth[f.Src.Addr()], f.Src.Port()), from(script.Own6, script.LocalPort)
	}
	w.inject(f)
	w.switchTo(wire{sock: -1, server: -1, six: six})
}

// delays are how long time may pass, in milliseconds. None, nor the sum of any
// two, is near a timer of a host with one SYN retry: 1, 2 and 3 s after the SYN,
// 1, 3 and 7 s after the SYN|ACK, each up to a quarter of a second late (the
// kernel's timer wheel). Sums of three are.
var delays = [...]int{400, 1400, 4200}

// delaysMax is how many delays a script may have.
const delaysMax = 2
