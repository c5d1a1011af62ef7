package sock

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/wire"
)

// SYN cookies (RFC 4987 section 3.6): a listener with more handshakes under way
// than its backlog keeps no state for further ones. The sequence number of its
// SYN|ACK says all that it must know when the ACK comes: which minute it was
// and the peer's MSS, under a keyed digest of the names. Timestamps carry the
// other options in their lowest bits (cookie_init_timestamp).

// cookieSlot is the unit of a cookie's age, and cookieAge how many such units
// one is good for.
const (
	cookieSlot = time.Minute
	cookieAge  = 2
)

// cookieMSS are the sizes that a cookie can tell apart (net/ipv4/syncookies.c).
var cookieMSS = [4]uint16{536, 1300, 1440, 1460}

// cookieMSS6 are those over IPv6 (net/ipv6/syncookies.c).
var cookieMSS6 = [4]uint16{1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60}

func cookieSizes(a netip.Addr) *[4]uint16 {
	if a.Is6() {
		return &cookieMSS6
	}
	return &cookieMSS
}

// Bits of an echoed timestamp that stand for options.
const (
	cookieScaleMask = 0xf // 15: no window scaling
	cookieSACK      = 1 << 4
	cookieBits      = 6
)

// cookieOf is the cookie of a handshake begun in time slot slot.
func (l *Layer) cookieOf(local, remote netip.AddrPort, irs, slot uint32, mss uint32) uint32 {
	names := func(key uint32) uint32 {
		secret := l.cfg.Secret
		for i := range 4 {
			secret[i] ^= byte(key >> (8 * i))
		}
		h, _ := tcp.ISN(secret, local.Addr().As16(), remote.Addr().As16(), local.Port(), remote.Port(), 0)
		return h
	}
	return names(^uint32(0)) + irs + slot<<24 + (names(slot)+mss)&0xffffff
}

// cookieOpens finds the MSS in an acknowledged cookie; ok is false if it is
// none of ours, or too old.
func (l *Layer) cookieOpens(local, remote netip.AddrPort, irs, cookie uint32) (mss uint16, ok bool) {
	now, sizes := uint32(l.now/cookieSlot), cookieSizes(remote.Addr())
	for age := range min(uint32(cookieAge), now+1) {
		i := cookie - l.cookieOf(local, remote, irs, now-age, 0)
		if i < uint32(len(sizes)) {
			return sizes[i], true
		}
	}
	return 0, false
}

// answerWithCookie sends the SYN|ACK of a handshake that is kept nowhere.
func (l *Layer) answerWithCookie(s *Socket, path ip.Path, src, dst netip.AddrPort, seg *wire.TCP) {
	s.backlog.overflowed, s.backlog.overflowAt = true, l.now
	mss, sizes := 0, cookieSizes(src.Addr())
	for mss+1 < len(sizes) && seg.Options.Has&wire.OptionMSS != 0 && sizes[mss+1] <= seg.Options.MSS {
		mss++
	}
	syn := *seg
	if syn.Options.Has&wire.OptionTimestamps == 0 {
		syn.Options.Has &= wire.OptionMSS
	}
	iss := l.cookieOf(dst, src, seg.Seq, uint32(l.now/cookieSlot), uint32(mss))
	_, off := l.isn(dst, src)
	l.spare.Accept(l.now, l.tcpConfig(path), iss, off, &syn)
	var out wire.TCP
	if _, ok := l.spare.Next(l.now, &out, nil); !ok {
		return
	}
	l.spare.Drop()
	if out.Options.Has&wire.OptionTimestamps != 0 {
		bits := uint32(cookieScaleMask)
		if syn.Options.Has&wire.OptionWindowScale != 0 {
			bits = uint32(min(syn.Options.WindowScale, 14))
		}
		if syn.Options.Has&wire.OptionSACKPermitted != 0 {
			bits |= cookieSACK
		}
		stamp := out.Options.TSVal&^(1<<cookieBits-1) | bits
		if stamp > out.Options.TSVal {
			stamp -= 1 << cookieBits
		}
		out.Options.TSVal = stamp
	}
	out.SrcPort, out.DstPort = dst.Port(), src.Port()
	l.sendSegment(path, &out)
}

// cookieReturned takes an ACK of no connection for a listener that answered
// with cookies lately (cookie_v4_check). It says whether the segment was one:
// then the handshake is complete, unless the queue is full.
func (l *Layer) cookieReturned(i int32, path ip.Path, src, dst netip.AddrPort, seg *wire.TCP, payload []byte) bool {
	s := l.socks.at(i)
	if !s.backlog.overflowed || l.now-s.backlog.overflowAt > cookieAge*cookieSlot || seg.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.ACK {
		return false
	}
	mss, ok := l.cookieOpens(dst, src, seg.Seq-1, seg.Ack-1)
	if !ok {
		return false
	}
	if l.full(s) {
		return true
	}
	syn := wire.TCP{Seq: seg.Seq - 1, Flags: wire.SYN, Window: seg.Window}
	syn.Options.Has, syn.Options.MSS = wire.OptionMSS, mss
	if seg.Options.Has&wire.OptionTimestamps != 0 && seg.Options.TSEcr != 0 {
		syn.Options.Has |= wire.OptionTimestamps
		syn.Options.TSVal = seg.Options.TSVal
		if scale := seg.Options.TSEcr & cookieScaleMask; scale != cookieScaleMask {
			syn.Options.Has |= wire.OptionWindowScale
			syn.Options.WindowScale = uint8(scale)
		}
		if seg.Options.TSEcr&cookieSACK != 0 {
			syn.Options.Has |= wire.OptionSACKPermitted
		}
	}
	n, c := l.embryo(i, path, src, dst, &syn, seg.Ack-1)
	var sent wire.TCP
	c.tcp.Next(l.now, &sent, nil) // the SYN|ACK left long ago
	l.shutEarly(c)
	l.happened(n, c, c.tcp.Handle(l.now, seg, payload)&^tcp.AckTaken)
	return true
}
