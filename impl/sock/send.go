package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/udp"
	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

// send is send(2) and sendto(2). An address given with a null pointer is none.
func (l *Layer) send(thread int, c *spec.Call) (spec.Result, bool) {
	i, f, e := l.lookup(c.FD)
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	addressed := c.Op == spec.OpSendto && c.Pointer != spec.PointerNull
	if addressed {
		if e := l.importAddress(argumentOf(c)); e != spec.ENONE {
			return spec.Fail(e), true
		}
	}
	s := l.socks.at(i)
	if s.typ == spec.SockDgram {
		return l.sendDatagram(i, s, c, addressed), true
	}
	d := l.patienceOf(c.Op, s)
	nonblock := f.nonblock || c.MsgFlags&spec.MsgDontwait != 0 || d < 0
	if l.fastOpens(s, c) {
		if r, done, plain := l.sendFast(thread, c, i, nonblock); !plain {
			return r, done
		}
	}
	n, e, done := int32(0), spec.EAGAIN, nonblock
	begun := l.resumeSYN(s)
	if !begun {
		n, e, done = l.trySend(s, c.Buf, nonblock)
	}
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.begun = begun
		w.buf, w.sent, w.flags = c.Buf[n:], n, c.MsgFlags
		l.limit(w, d)
		l.awaitWrite(s, !begun)
		return spec.Result{}, false
	}
	return sendResult(n, e), true
}

// sendResult: what was sent counts, however the call ended.
func sendResult(n int32, e spec.Errno) spec.Result {
	if n == 0 && e != spec.ENONE {
		return spec.Fail(e)
	}
	return spec.Result{Ret: n}
}

// trySend writes to a stream what fits (tcp_sendmsg_locked).
func (l *Layer) trySend(s *Socket, p []byte, nonblock bool) (n int32, e spec.Errno, done bool) {
	st := l.state(s)
	if st != tcp.StateEstablished && st != tcp.StateCloseWait {
		switch {
		case l.p.PipeFirst && s.shut&shutWrite != 0:
			return 0, spec.EPIPE, true
		case s.err != spec.ENONE:
			return 0, s.takeError(), true
		case l.p.ConnectingSend != spec.ENONE && s.shut&shutWrite == 0:
			return 0, l.p.ConnectingSend, true
		case !opening(st):
			return 0, spec.EPIPE, true
		}
		return 0, spec.EAGAIN, nonblock
	}
	if s.err != spec.ENONE || s.shut&shutWrite != 0 {
		if s.err != spec.ENONE && !l.p.PipeFirst {
			return 0, s.takeError(), true
		}
		return 0, spec.EPIPE, true
	}
	if len(p) == 0 {
		return 0, spec.ENONE, true
	}
	c := l.conns.at(s.conn)
	n = int32(c.tcp.Write(l.now, p))
	if n > 0 {
		l.touch(s.conn, c)
	}
	if int(n) == len(p) {
		return n, spec.ENONE, true
	}
	s.noSpace = true
	return n, spec.EAGAIN, nonblock
}

// awaitWrite tells the connection whether a writer waits for it: then the ACK
// that completes the handshake rides on the data.
func (l *Layer) awaitWrite(s *Socket, on bool) {
	if s.conn != 0 {
		l.conns.at(s.conn).tcp.AwaitWrite(on)
	}
}

func (l *Layer) resumeSend(w *wait) (spec.Result, bool) {
	if w.fast != fastNone {
		return l.resumeFast(w)
	}
	n, e, done := l.trySend(l.socks.at(w.sock), w.buf, false)
	w.buf = w.buf[n:]
	w.sent += n
	return sendResult(w.sent, e), done
}

// sendDatagram sends one datagram (udp_sendmsg).
func (l *Layer) sendDatagram(i int32, s *Socket, c *spec.Call, addressed bool) spec.Result {
	if l.p.SendAutobinds && s.port == 0 && !l.autobind(i, s) {
		return spec.Fail(l.p.PortsDgram)
	}
	if len(c.Buf) > 0xffff && !s.six() {
		return spec.Fail(spec.EMSGSIZE)
	}
	if l.p.PipeFirst {
		if s.shut&shutWrite != 0 {
			return spec.Fail(spec.EPIPE)
		}
		if s.err != spec.ENONE {
			return spec.Fail(s.takeError())
		}
	}
	path, port, why, e := l.destination(s, c, addressed)
	if e == spec.ENONE {
		e = l.p.Route[why]
	}
	late := e == spec.EACCES || why == ip.HostUnreachable || why == ip.Prohibited
	if late && l.p.LateRefusal && s.port == 0 && !l.autobind(i, s) {
		return spec.Fail(l.p.PortsDgram)
	}
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	if s.err != spec.ENONE { // sock_alloc_send_pskb
		return spec.Fail(s.takeError())
	}
	if s.shut&shutWrite != 0 {
		return spec.Fail(spec.EPIPE)
	}
	if len(c.Buf) > udp.PayloadMax && !(path.Dst.Is6() && len(c.Buf) <= datagramMax6) {
		return spec.Fail(spec.EMSGSIZE)
	}
	if s.port == 0 && !l.autobind(i, s) {
		return spec.Fail(l.p.PortsDgram)
	}
	l.emitDatagram(path, s.port, port, c.Buf)
	l.poke(s.file, spec.PollOut) // sock_wfree
	return spec.Result{Ret: int32(len(c.Buf))}
}

// destination is where a datagram goes: to the address given, or to the peer.
func (l *Layer) destination(s *Socket, c *spec.Call, addressed bool) (path ip.Path, port uint16, why ip.Reason, e spec.Errno) {
	if !addressed {
		if !s.associated {
			return path, 0, 0, spec.EDESTADDRREQ
		}
		return l.towards(s)
	}
	if s.six() && l.p.Inet6.ScopeBinds {
		return l.destination6(s, c)
	}
	dst := s.endpoint(&c.Addr)
	switch {
	case s.associated && l.p.ConnectedFirst:
		e = l.p.ConnectedTo
	case l.lengthToSend(s, c.AddrLen) != spec.ENONE:
		e = spec.EINVAL
	case s.associated && l.p.ConnectedTo != spec.ENONE:
		e = l.p.ConnectedTo
	case c.Addr.Family != s.family && !((l.p.BindUnspec || l.p.UnspecTranslated) && c.Addr.Family == spec.AFUnspec && !s.six()):
		e = spec.EAFNOSUPPORT
	case dst.Port() == 0:
		e = l.p.SendPortZero
	default:
		dst = l.open6(s, dst)
		if e = l.crossedSend(s, c, dst.Addr()); e != spec.ENONE {
			break
		}
		path, why = l.way(s, dst.Addr())
		if l.p.Route[why] == spec.ENONE {
			e = l.broadcastError(s, &path)
		}
	}
	return path, dst.Port(), why, e
}

// broadcastError is the error of sending to a broadcast address without
// SO_BROADCAST.
func (l *Layer) broadcastError(s *Socket, path *ip.Path) spec.Errno {
	if path.Kind == ip.Broadcast && !s.broadcast {
		return spec.EACCES
	}
	return spec.ENONE
}

// emitDatagram queues a datagram; a broadcast one comes back to the host's own
// sockets as well (ip_mc_output).
func (l *Layer) emitDatagram(path ip.Path, from, to uint16, payload []byte) {
	if path.Kind == ip.Blackhole || l.merge(&path, from, to, payload) {
		return
	}
	if path.Dst.Is6() {
		l.emitDatagram6(path, from, to, payload)
		return
	}
	n := wire.UDPLen + len(payload)
	l.scratch = append(l.scratch[:0], make([]byte, wire.UDPLen)...)
	l.scratch = append(l.scratch, payload...)
	src, dst := path.Src.As4(), path.Dst.As4()
	h := wire.UDP{SrcPort: from, DstPort: to}
	h.Put(l.scratch[:n], wire.PseudoIPv4(src, dst, wire.ProtocolUDP))
	head := wire.IPv4{DontFragment: wire.IPv4Len+n <= l.cfg.MTU, TTL: ttl, Protocol: wire.ProtocolUDP}
	if !head.DontFragment {
		head.ID = l.NextID(&path)
	}
	if path.Kind == ip.Multicast {
		head.TTL = 1 // IP_MULTICAST_TTL
	}
	l.queueFor(path).PushPacket(path, l.cfg.MTU, head, l.scratch[:n])
	if path.Kind == ip.Broadcast && !path.Loops {
		path.Loops = true
		l.Loop.PushPacket(path, l.cfg.MTU, head, l.scratch[:n])
	}
}

// nobody is the zero name.
var nobody netip.AddrPort
