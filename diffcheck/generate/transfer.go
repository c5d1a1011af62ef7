package generate

import "github.com/connspec/connspec/spec"

// payloads are what send sends; the empty one is a datagram of its own.
var payloads = [...]string{"a", "hello", "0123456789abcdef", ""}

func (w *world) msgFlags() spec.MsgFlags {
	flags := spec.MsgNosignal
	if w.percent(30) {
		flags |= spec.MsgDontwait
	}
	return flags
}

func (w *world) send(fd int32) {
	c := spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte(payloads[w.below(len(payloads))]), MsgFlags: w.msgFlags()}
	s := w.at(fd)
	if w.changes && s != nil && !s.stream && !s.raw && w.percent(50) { // just within a path or just beyond
		c.Buf = make([]byte, [...]int{1472, 1473, 1372, 1373, 1272, 1273}[w.below(6)])
	}
	if w.fast && s != nil && s.stream && w.fastSend(fd, s, &c) {
		return
	}
	if s != nil && s.stream && s.state == StateConnecting && !s.nonblock && c.MsgFlags&spec.MsgDontwait == 0 {
		w.wait(s, c)
		return
	}
	if w.call(c) && s != nil && s.state == StateConnected && !s.out {
		w.hostSends(fd, len(c.Buf))
	}
}

func (w *world) sendto(fd int32) {
	c := spec.Call{Op: spec.OpSendto, FD: fd, Buf: []byte(payloads[w.below(len(payloads))]), MsgFlags: w.msgFlags() | spec.MsgDontwait}
	to := w.inet6(fd, w.remote())
	plain := w.named(&c, to)
	s := w.at(fd)
	if w.fast && s != nil && s.stream && w.fastSend(fd, s, &c) {
		return
	}
	if !w.call(c) || !plain || s == nil || s.stream || s.raw {
		return
	}
	if _, puppet := onHost(to.Addr()); puppet && to.Port() != 0 {
		w.switchTo(wire{sock: w.index(fd), six: s.six && !to.Addr().Unmap().Is4()})
	}
}

// recv reads; withAddr by recvfrom.
func (w *world) recv(fd int32, withAddr bool) {
	c := spec.Call{Op: spec.OpRecv, FD: fd, Buf: make([]byte, 64)}
	if withAddr {
		c.Op = spec.OpRecvfrom
	}
	s := w.at(fd)
	waits := s != nil && !s.nonblock && s.bytes == 0 && !s.peerDone &&
		(s.state == StateConnected || s.state == StateConnecting || s.state == StateDatagram || s.state == StateAssociated)
	if waits && w.percent(60) || w.percent(15) {
		c.MsgFlags |= spec.MsgDontwait
		waits = false
	}
	if w.percent(10) {
		c.MsgFlags |= spec.MsgPeek
	}
	switch {
	case waits:
		w.wait(s, c)
	case w.call(c) && s != nil && s.bytes > 0 && c.MsgFlags&spec.MsgPeek == 0:
		s.bytes--
		if s.stream {
			s.bytes = 0
		}
	}
}

// hostSends notes that a connected socket sends n of the sequence space.
func (w *world) hostSends(fd int32, n int) {
	switch {
	case n == 0 || w.at(fd).loop:
	case w.wire.open && w.wire.sock == w.index(fd):
		w.wire.ack += uint32(n)
		w.wire.pending = true
	default:
		w.noisy = true
	}
}
