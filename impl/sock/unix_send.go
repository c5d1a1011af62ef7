package sock

import (
	"math/bits"

	"github.com/connspec/connspec/spec"
)

// sendUnix is send(2) and sendto(2) (unix_stream_sendmsg, unix_dgram_sendmsg;
// sosend, uipc_send). An address of no length is none, where it can be copied
// in.
func (l *Layer) sendUnix(thread int, c *spec.Call, s *Socket, f *file) (spec.Result, bool) {
	addressed := c.Op == spec.OpSendto && c.Pointer != spec.PointerNull
	if addressed {
		if e := l.importAddress(argumentOf(c)); e != spec.ENONE {
			return spec.Fail(e), true
		}
		addressed = c.AddrLen != 0
	}
	d := l.patienceOf(c.Op, s)
	nonblock := f.nonblock || c.MsgFlags&spec.MsgDontwait != 0 || d < 0
	u := l.unixOf(s)
	if u.typ == spec.SockStream {
		return l.sendStreamUnix(thread, c, s, addressed, nonblock)
	}
	a := l.unixAddress(c)
	addressed = addressed && u.typ == spec.SockDgram
	e := l.packetError(s, u, &a, addressed)
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	e, full, done := l.trySendUnix(s, u, a, addressed, c.Buf, nonblock)
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.buf, w.flags, w.to, w.addressed = c.Buf, c.MsgFlags, a, addressed
		l.limit(w, d)
		if full != 0 {
			l.awaitRoom(w, full)
		}
		return spec.Result{}, false
	}
	if e != spec.ENONE {
		return spec.Fail(e), true
	}
	return spec.Result{Ret: int32(len(c.Buf))}, true
}

func (l *Layer) sendStreamUnix(thread int, c *spec.Call, s *Socket, addressed, nonblock bool) (spec.Result, bool) {
	u, p := l.unixOf(s), &l.p.Unix
	if addressed {
		e := p.StreamAddressed
		if u.state != unixJoined {
			e = p.StreamUnconnected
		}
		if e != spec.ENONE && !(l.p.PipeFirst && s.shut&shutWrite != 0) {
			return spec.Fail(e), true
		}
	}
	n, e, done := l.tryWriteUnix(s, u, c.Buf, nonblock)
	if !done {
		w := l.block(thread, c.Op, l.fileOf(c.FD))
		w.buf, w.sent, w.flags = c.Buf[n:], n, c.MsgFlags
		l.limit(w, l.patienceOf(c.Op, s))
		return spec.Result{}, false
	}
	return sendResult(n, e), true
}

// pieceMax is the most that one buffer of a stream holds: what fits beside the
// head of a page, and eight pages (SKB_MAX_HEAD, UNIX_SKB_FRAGS_SZ).
const pieceMax = headMax + 32768

// tryWriteUnix writes to a stream what there is room for.
func (l *Layer) tryWriteUnix(s *Socket, u *unixSocket, p []byte, nonblock bool) (n int32, e spec.Errno, done bool) {
	switch {
	case !l.p.PipeFirst && u.peer == 0:
		return 0, spec.ENOTCONN, true
	case s.shut&shutWrite != 0:
		return 0, spec.EPIPE, true
	case l.p.PipeFirst && s.err != spec.ENONE:
		return 0, s.takeError(), true
	case u.peer == 0:
		return 0, spec.ENOTCONN, true
	}
	for int(n) < len(p) {
		piece := p[n:min(len(p), int(n)+pieceMax)]
		if !l.p.Unix.Exclusive {
			piece = piece[:min(len(piece), int(max(l.p.Unix.SendMax-u.charged, 0)))]
		}
		if u.charged >= l.p.Unix.SendMax || len(piece) == 0 {
			return n, spec.EAGAIN, nonblock
		}
		to := l.alive(u.peer)
		reaches := to != nil && to.shut&shutRead == 0
		if !reaches && l.p.Unix.ShutReaches {
			return n, spec.EPIPE, true
		}
		if reaches || !l.p.Unix.ShutDrops {
			l.pass(u, u.peer, piece)
		}
		n += int32(len(piece))
	}
	return n, spec.ENONE, true
}

// pass puts a packet, or a piece of a stream, where its receiver will read it.
func (l *Layer) pass(u *unixSocket, to int32, p []byte) {
	o := l.unixes.at(to)
	from := l.socks.at(u.sock).unix
	packet := unixPacket{from: from, len: int32(len(p)), charged: l.charge(u.typ, len(p))}
	u.charged += packet.charged
	l.holdUnix(from)
	o.rx.push(packet, p)
	l.wake(o.sock)
}

// packetError is why a packet is not sent, wherever to.
func (l *Layer) packetError(s *Socket, u *unixSocket, a *unixAddress, addressed bool) spec.Errno {
	p := &l.p.Unix
	if l.p.PipeFirst {
		switch {
		case s.shut&shutWrite != 0:
			return spec.EPIPE
		case s.err != spec.ENONE:
			return s.takeError()
		}
	}
	if u.paired() {
		if s.err != spec.ENONE {
			return s.takeError() // unix_seqpacket_sendmsg
		}
		if u.state != unixJoined {
			return spec.ENOTCONN
		}
	}
	if addressed {
		if u.peer != 0 && !p.Exclusive {
			return spec.EISCONN
		}
		if e := l.unixAddressError(a); e != spec.ENONE {
			return e
		}
	}
	return l.credentials(s.unix, u)
}

// trySendUnix looks for the receiver of a packet and hands it over. full is the
// socket at which there is no room, or 0 if it is the sender's own that is
// missing.
func (l *Layer) trySendUnix(s *Socket, u *unixSocket, a unixAddress, addressed bool, p []byte, nonblock bool) (e spec.Errno, full int32, done bool) {
	x := &l.p.Unix
	switch {
	case len(p) > int(x.DatagramMax):
		return spec.EMSGSIZE, 0, true
	case s.err != spec.ENONE: // sock_alloc_send_pskb
		return s.takeError(), 0, true
	case s.shut&shutWrite != 0:
		return spec.EPIPE, 0, true
	case u.charged >= x.SendMax && (x.Exclusive || u.paired()):
		return spec.EAGAIN, 0, nonblock
	}
	to := u.peer
	if addressed {
		if to, e = l.findUnix(&a, u.typ); e != spec.ENONE {
			return e, 0, true
		}
	}
	if to == 0 {
		if l.p.PipeFirst {
			return spec.EDESTADDRREQ, 0, true
		}
		return spec.ENOTCONN, 0, true
	}
	return l.deliverUnix(s, u, to, a, addressed, p, nonblock)
}

// deliverUnix hands a packet to its receiver. One that is closed is looked for
// again by its name, or is the sender's peer no more.
func (l *Layer) deliverUnix(s *Socket, u *unixSocket, to int32, a unixAddress, addressed bool, p []byte, nonblock bool) (e spec.Errno, full int32, done bool) {
	o, at := l.unixes.at(to), l.alive(to)
	switch {
	case l.deaf(to, s.unix):
		return spec.EPERM, 0, true
	case at == nil && u.paired():
		return spec.EPIPE, 0, true
	case at == nil && u.peer == to:
		l.repoint(u, 0)
		return spec.ECONNREFUSED, 0, true
	case at == nil && !addressed:
		return spec.ECONNRESET, 0, true
	case at == nil:
		if to, e = l.findUnix(&a, u.typ); e != spec.ENONE {
			return e, 0, true
		}
		if o, at = l.unixes.at(to), l.alive(to); l.deaf(to, s.unix) {
			return spec.EPERM, 0, true
		}
	}
	switch {
	case at.shut&shutRead != 0:
		return spec.EPIPE, 0, true
	case l.stuffed(o, s.unix) && nonblock:
		return spec.EAGAIN, 0, true
	case l.stuffed(o, s.unix):
		return spec.ENONE, to, false
	case !l.p.Unix.Exclusive && !u.paired() && o.rx.size()+len(p) > int(l.p.Unix.ReceiveMax):
		return spec.ENOBUFS, 0, true
	}
	l.pass(u, to, p)
	return spec.ENONE, 0, true
}

// stuffed says whether the queue of a datagram socket takes nothing more from
// another one: it is full for all but its own peer (unix_recvq_full).
func (l *Layer) stuffed(o *unixSocket, from int32) bool {
	if !l.p.Unix.Exclusive || o.paired() || o.peer == from || o.sock != 0 && l.socks.at(o.sock).unix == from {
		return false
	}
	return o.rx.len() > l.cfg.DatagramQueue
}

// Sizes of socket buffers of Linux: what one page holds beside its head, what
// four do, the head, and what surrounds a buffer.
const (
	pageSize   = 4096
	headMax    = pageSize - sharedInfo
	allocMax   = 4*pageSize - sharedInfo
	sharedInfo = 320
	skbSize    = 256
	cacheLine  = 64
)

// charge is what a packet costs its sender: its bytes, or on Linux the memory of
// its socket buffer (skb->truesize, as sock_alloc_send_pskb makes one).
func (l *Layer) charge(t spec.SockType, n int) int32 {
	if !l.p.Unix.Exclusive {
		return int32(n)
	}
	head, pages := n, 0
	switch {
	case t == spec.SockStream && n > headMax:
		pages = min(n, pagesOf(n-headMax))
		head = n - pages
	case t != spec.SockStream && n > allocMax:
		pages = pagesOf(n - allocMax)
		head = n - pages
	}
	linear := (head+cacheLine-1)/cacheLine*cacheLine + sharedInfo
	linear = max(1<<bits.Len(uint(linear-1)), 512)
	return int32(linear + skbSize + pagesOf(pages))
}

// pagesOf rounds up to whole pages.
func pagesOf(n int) int { return (n + pageSize - 1) / pageSize * pageSize }
