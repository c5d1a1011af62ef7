package sock

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/connspec/connspec/spec"
)

// AppendState appends to b all that decides how the layer goes on from now, in
// a form that is equal for equal states. Deadlines count from now.
func (l *Layer) AppendState(now time.Duration, b []byte) []byte {
	le := binary.LittleEndian
	for _, f := range l.fds {
		b = le.AppendUint32(b, uint32(f))
	}
	for i := 1; i < l.files.live; i++ {
		f := l.files.at(int32(i))
		b = append(le.AppendUint32(b, uint32(f.sock)), bit(f.nonblock), byte(f.refs), byte(f.kind))
		b = le.AppendUint32(le.AppendUint32(b, uint32(f.own)), uint32(f.watch))
	}
	b = l.appendEpolls(b)
	for i := 1; i < l.socks.live; i++ {
		b = l.appendSocket(b, l.socks.at(int32(i)))
	}
	for i := 1; i < l.conns.live; i++ {
		c := l.conns.at(int32(i))
		if !c.used {
			b = append(b, 0)
			continue
		}
		b = append(b, bit(c.hashed), bit(c.ready), bit(c.timeWait))
		b = appendName(appendName(b, c.local), c.remote)
		b = le.AppendUint32(le.AppendUint32(b, uint32(c.owner)), uint32(c.listener))
		b = c.tcp.AppendState(now, b)
	}
	for i := 1; i < l.remnants.live; i++ {
		r := l.remnants.at(int32(i))
		b = append(b, bit(r.used), bit(r.stamped)|bit(r.reuse)<<1)
		if r.used {
			b = r.tcp.AppendState(now, appendName(appendName(b, r.local), r.remote))
		}
	}
	b = l.appendUnix(b)
	for i := 1; i < l.waits.live; i++ {
		w := l.waits.at(int32(i))
		b = append(b, byte(w.op), byte(w.flags), bit(w.limited), byte(w.fast))
		b = le.AppendUint64(b, uint64(w.thread))
		b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, uint32(w.sock)), w.disconnects), uint32(w.conn))
		if w.limited {
			b = le.AppendUint64(b, uint64(w.until-now))
		}
	}
	for i := range l.fastPeers {
		p := &l.fastPeers[i]
		b = append(appendName(b, netip.AddrPortFrom(p.addr, p.mss)), p.tryExp, bit(p.cookie.Experimental))
		b = append(b, p.cookie.Value[:p.cookie.Len]...)
	}
	for _, d := range l.signals {
		b = append(b, byte(d))
	}
	b = l.paths.AppendState(now, b)
	for _, q := range [...]interface{ Each(func([]byte)) }{&l.Out, &l.Loop} {
		q.Each(func(p []byte) { b = append(le.AppendUint32(b, uint32(len(p))), p...) })
	}
	return b
}

func (l *Layer) appendSocket(b []byte, s *Socket) []byte {
	le := binary.LittleEndian
	b = append(b, byte(s.family)|bit(s.only)<<7, byte(s.dev), byte(s.dev>>8), byte(s.typ), byte(s.phase), byte(s.err), byte(s.soft), s.shut,
		bit(s.addrLocked)|bit(s.portLocked)<<1|bit(s.associated)<<2|bit(s.dead)<<3|bit(s.peerDone)<<4,
		bit(s.errorQueue)|bit(s.broadcast)<<1|bit(s.reuse)<<2|bit(s.nodelay)<<3|bit(s.listening)<<4|bit(s.woken)<<5|bit(s.seesConns)<<6|bit(s.noSpace)<<7)
	b = append(s.options.appendTo(b), byte(s.fast), byte(s.fastQueue))
	b = appendName(b, netip.AddrPortFrom(s.bound, s.port))
	b = appendName(b, netip.AddrPortFrom(s.source, s.shown))
	b = appendName(b, s.peer)
	b = append(append(append(b, byte(s.via.family), bit(s.astray)), s.via.addr[:]...), s.strayed[:]...)
	b = le.AppendUint32(le.AppendUint32(b, uint32(s.conn)), uint32(s.unix))
	if s.backlog != nil {
		b = le.AppendUint32(b, uint32(s.backlog.limit))
		for _, k := range s.backlog.queue.items[s.backlog.queue.first:] {
			b = le.AppendUint32(b, uint32(k))
		}
	}
	if s.typ != spec.SockDgram {
		return b
	}
	s.rx.Each(func(from netip.AddrPort, payload []byte) {
		b = appendName(b, from)
		b = append(le.AppendUint32(b, uint32(len(payload))), payload...)
	})
	return b
}

func appendName(b []byte, n netip.AddrPort) []byte {
	a := n.Addr().As16()
	return binary.LittleEndian.AppendUint16(append(b, a[:]...), n.Port())
}

func bit(v bool) byte {
	if v {
		return 1
	}
	return 0
}
