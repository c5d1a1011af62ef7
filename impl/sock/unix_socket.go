package sock

import (
	"slices"

	"github.com/connspec/connspec/impl/vfs"
	"github.com/connspec/connspec/spec"
)

// AF_UNIX: streams, datagrams and sequenced packets between sockets of one host,
// by path, by abstract name and in pairs. Files are not passed (SCM_RIGHTS), nor
// credentials (SCM_CREDENTIALS): SO_PASSCRED only has its effect on names.

// unixState is how far a socket with connections has got.
type unixState uint8

const (
	unixFresh unixState = iota
	unixJoined
	unixListens
)

// unixSocket is what makes a Socket one of AF_UNIX. It outlives that one for as
// long as others have it for a peer or hold what it sent: they go on telling its
// name (sock_hold).
type unixSocket struct {
	sock  int32 // 0: it is closed
	typ   spec.SockType
	state unixState
	over  bool  // with unixJoined: the peer is closed
	peer  int32 // index of the other end, dead or alive; 0: none
	refs  int32 // peers, packets and waits that refer to it

	name    string // as bind took it: a path, or an abstract name with its NUL
	nameLen int32  // of the address
	file    vfs.Inode

	passCred, passPidfd bool

	charged int32 // what it sent and nobody has read (sk_wmem_alloc)
	rx      unixQueue
	room    fifo // waits for room at this socket, the first first (peer_wait)
}

// paired says whether the type makes connections.
func (u *unixSocket) paired() bool { return u.typ != spec.SockDgram }

// connected says whether there is a connection whose other end is open.
func (u *unixSocket) connected() bool { return u.state == unixJoined && !u.over }

func (u *unixSocket) copyTo(src *unixSocket) {
	*u = *src
	u.rx, u.room = src.rx.clone(), src.room.clone()
}

// newUnix makes a socket without a file.
func (l *Layer) newUnix(t spec.SockType) (int32, *Socket) {
	i, s := l.newSocket(spec.AFUnix, t)
	n, u := l.unixes.take()
	rx, room := u.rx, u.room
	rx.reset()
	room.reset()
	*u = unixSocket{sock: i, typ: t, rx: rx, room: room}
	s.unix = n
	return i, s
}

// unixOf is what is behind a Socket of AF_UNIX.
func (l *Layer) unixOf(s *Socket) *unixSocket { return l.unixes.at(s.unix) }

// alive is the Socket of an AF_UNIX socket; nil if it is closed, or n is 0.
func (l *Layer) alive(n int32) *Socket {
	if n == 0 || l.unixes.at(n).sock == 0 {
		return nil
	}
	return l.socks.at(l.unixes.at(n).sock)
}

// holdUnix and dropUnix count references; dropping none is no drop.
func (l *Layer) holdUnix(n int32) { l.unixes.at(n).refs++ }

func (l *Layer) dropUnix(n int32) {
	if n == 0 {
		return
	}
	u := l.unixes.at(n)
	u.refs--
	if u.refs == 0 && u.sock == 0 {
		l.unixes.give(n)
	}
}

// point gives a socket a peer, or with 0 none.
func (l *Layer) point(u *unixSocket, peer int32) {
	old := u.peer
	if u.peer = peer; peer != 0 {
		l.holdUnix(peer)
	}
	l.dropUnix(old)
}

// wakeUnix has the calls tried again that wait on a socket, if it is open.
func (l *Layer) wakeUnix(n int32) {
	if s := l.alive(n); s != nil {
		l.wake(l.unixes.at(n).sock)
	}
}

// socketUnix is socket(2) (unix_create; socreate).
func (l *Layer) socketUnix(c *spec.Call) spec.Result {
	t, e := l.unixType(c)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	i, _ := l.newUnix(t)
	return l.install(l.newFile(i, c.SockFlags&spec.SockNonblock != 0))
}

// unixType is the type of the socket that a call asks for.
func (l *Layer) unixType(c *spec.Call) (spec.SockType, spec.Errno) {
	p := &l.p.Unix
	switch {
	case p.None:
		return 0, spec.EAFNOSUPPORT
	case c.Protocol != spec.ProtocolDefault && !(p.OwnProtocol && c.Protocol == protocolUnix):
		return 0, spec.EPROTONOSUPPORT
	case c.Type == spec.SockStream, c.Type == spec.SockDgram, c.Type == spec.SockSeqpacket && p.Seqpacket:
		return c.Type, spec.ENONE
	case c.Type == spec.SockRaw && p.RawDatagrams:
		return spec.SockDgram, spec.ENONE
	}
	return 0, p.Type
}

// protocolUnix is PF_UNIX as a protocol.
const protocolUnix spec.Protocol = 1

// socketpair makes two sockets that are connected to each other.
func (l *Layer) socketpair(c *spec.Call) spec.Result {
	if c.Family != spec.AFUnix {
		if e := l.socketError(c); e != spec.ENONE {
			return spec.Fail(e)
		}
		return spec.Fail(l.p.Unix.PairInet)
	}
	t, e := l.unixType(c)
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	var r spec.Result
	var ends [2]*unixSocket
	var numbers [2]int32
	for k := range ends {
		i, s := l.newUnix(t)
		ends[k], numbers[k] = l.unixOf(s), s.unix
		got := l.install(l.newFile(i, c.SockFlags&spec.SockNonblock != 0))
		if got.Failed() {
			if k == 1 {
				l.close(&spec.Call{Op: spec.OpClose, FD: r.Pair[0]})
			}
			return got
		}
		r.Pair[k] = got.Ret
	}
	for k, u := range ends {
		l.point(u, numbers[1-k])
		if u.paired() {
			u.state = unixJoined
		}
	}
	return r
}

// releaseUnix is the last close of a socket (unix_release_sock); embryo says
// that it was never accepted.
func (l *Layer) releaseUnix(i int32, s *Socket, embryo bool) {
	n, u := s.unix, l.unixOf(s)
	l.holdUnix(n) // until all is done
	l.unname(n, u)
	u.sock = 0
	lost := embryo || u.rx.holds()
	if peer := u.peer; peer != 0 {
		if u.paired() {
			l.hangUp(peer, lost)
		}
		l.wakeUnix(peer)
		l.point(u, 0)
	}
	if !u.paired() && u.refs > 1 {
		l.orphan(n)
	}
	for u.rx.len() > 0 {
		l.takePacket(u)
	}
	for u.state == unixListens {
		k, ok := s.backlog.queue.pop()
		if !ok {
			break
		}
		l.releaseUnix(k, l.socks.at(k), true)
	}
	l.rouse(u, true)
	s.unix, s.listening = 0, false
	l.socks.give(i)
	l.dropUnix(n)
}

// hangUp tells the other end of a connection that this one is closed; lost says
// that something it had sent was not read.
func (l *Layer) hangUp(peer int32, lost bool) {
	s := l.alive(peer)
	if s == nil {
		return
	}
	s.shut = shutBoth
	l.unixes.at(peer).over = true
	if lost && l.p.Unix.GoneResets {
		s.err = spec.ECONNRESET
	}
}

// orphan tells the datagram sockets whose peer is closed. Linux tells them when
// they send.
func (l *Layer) orphan(n int32) {
	if l.p.Unix.PeerStays {
		return
	}
	for k := int32(1); int(k) < l.unixes.live; k++ {
		u := l.unixes.at(k)
		if s := l.alive(k); s != nil && u.peer == n && s.unix == k {
			l.point(u, 0)
			s.err = spec.ECONNRESET
			l.wake(u.sock)
		}
	}
}

// unname gives up the name of a socket that is closed; the file stays.
func (l *Layer) unname(n int32, u *unixSocket) {
	if u.file != 0 {
		l.fs.Own(u.file, 0)
		u.file = 0
	}
	if key := (unixKey{u.typ, u.name}); l.abstract[key] == n {
		delete(l.abstract, key)
	}
}

// unixKey is an abstract name: each type has its own.
type unixKey struct {
	typ  spec.SockType
	name string
}

// appendUnix appends to b all of the AF_UNIX sockets that decides how they go on.
func (l *Layer) appendUnix(b []byte) []byte {
	for k := 1; k < l.unixes.live; k++ {
		u := l.unixes.at(int32(k))
		if u.sock == 0 && u.refs == 0 {
			b = append(b, 0)
			continue
		}
		b = append(b, 1, byte(u.typ), byte(u.state), bit(u.over)|bit(u.passCred)<<1|bit(u.passPidfd)<<2)
		for _, v := range [...]int32{u.sock, u.peer, u.nameLen, int32(u.file), u.charged, l.chosen} {
			b = appendInt32(b, v)
		}
		b = append(append(b, u.name...), 0)
		b = u.rx.appendState(b)
		for _, w := range u.room.items[u.room.first:] {
			b = appendInt32(b, w)
		}
	}
	return l.fs.AppendState(b)
}

func appendInt32(b []byte, v int32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

// resetUnix makes the layer one without AF_UNIX sockets and with an empty file
// system.
func (l *Layer) resetUnix() {
	l.unixes.reset()
	clear(l.abstract)
	if l.abstract == nil {
		l.abstract = make(map[unixKey]int32)
	}
	l.chosen = chosenNames/2 | int32(l.cfg.Secret[2])<<8 | int32(l.cfg.Secret[3])
	l.fs.Reset(max(l.p.Unix.LinksMax, 1))
}

// ChangeFiles makes a change of the file system. One that fails changes nothing.
func (l *Layer) ChangeFiles(c *vfs.Change) spec.Errno { return l.fs.Change(c) }

// unixQueue holds packets, or the pieces of a stream, oldest first.
type unixQueue struct {
	heads []unixPacket // FIFO from first
	first int
	bytes []byte // of all packets, in order, from done
	done  int
}

// unixPacket is one packet, or what one send put into a stream.
type unixPacket struct {
	from    int32 // the AF_UNIX socket that sent it, by its index
	len     int32
	charged int32 // to the sender
}

func (q *unixQueue) len() int { return len(q.heads) - q.first }

// size is how many bytes wait.
func (q *unixQueue) size() int { return len(q.bytes) - q.done }

// holds says whether anything waits besides one packet without a byte, which
// passes for one that was read (unix_release_sock).
func (q *unixQueue) holds() bool { return q.len() > 1 || q.size() > 0 }

func (q *unixQueue) push(p unixPacket, payload []byte) {
	if q.len() == 0 {
		q.reset()
	} else if q.first > 32 && q.first > len(q.heads)/2 {
		q.heads = append(q.heads[:0], q.heads[q.first:]...)
		q.bytes = append(q.bytes[:0], q.bytes[q.done:]...)
		q.first, q.done = 0, 0
	}
	q.heads = append(q.heads, p)
	q.bytes = append(q.bytes, payload...)
}

// front is the oldest packet.
func (q *unixQueue) front() *unixPacket { return &q.heads[q.first] }

// read copies from the oldest packets on and takes nothing.
func (q *unixQueue) read(p []byte) int { return copy(p, q.bytes[q.done:]) }

func (q *unixQueue) reset() { q.heads, q.bytes, q.first, q.done = q.heads[:0], q.bytes[:0], 0, 0 }

func (q *unixQueue) clone() unixQueue {
	return unixQueue{heads: slices.Clone(q.heads[q.first:]), bytes: slices.Clone(q.bytes[q.done:])}
}

func (q *unixQueue) appendState(b []byte) []byte {
	for _, p := range q.heads[q.first:] {
		b = appendInt32(appendInt32(b, p.from), p.len)
	}
	return append(append(b, q.bytes[q.done:]...), 0xff)
}

// takePacket takes the oldest packet off, and tells its sender that there is
// room again once a quarter of it is in use (unix_write_space).
func (l *Layer) takePacket(u *unixSocket) {
	q := &u.rx
	p := q.heads[q.first]
	q.done += int(p.len)
	q.first++
	sender := l.unixes.at(p.from)
	sender.charged -= p.charged
	if sender.charged <= l.p.Unix.SendMax/4 {
		l.wakeUnix(p.from)
	}
	l.dropUnix(p.from)
}
