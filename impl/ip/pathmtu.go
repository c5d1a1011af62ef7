package ip

import (
	"net/netip"
	"slices"
	"time"
)

// Limits of what is remembered of paths. A smaller path MTU is forgotten after ten
// minutes (RFC 8201 section 4, RFC 1191 section 6.3; net.ipv6.route.mtu_expires);
// the oldest goes when the table is full.
const (
	pathsMax    = 256
	pathExpires = 10 * time.Minute
	// MTUMin6 is what every link with IPv6 carries (RFC 8200 section 5). Nothing
	// smaller is believed.
	MTUMin6 = 1280
)

// PathMTU remembers which destinations are behind links with a smaller MTU than
// the host's own.
type PathMTU struct {
	known []pathMTU // oldest first
}

type pathMTU struct {
	dst   netip.Addr
	mtu   int
	until time.Duration
}

// Learn takes in what a "packet too big" message said of the way to dst. It
// returns false if it is not to be believed.
func (m *PathMTU) Learn(now time.Duration, dst netip.Addr, mtu int) bool {
	if mtu < MTUMin6 {
		return false
	}
	i := slices.IndexFunc(m.known, func(k pathMTU) bool { return k.dst == dst })
	if i < 0 && len(m.known) == pathsMax {
		i = 0
	}
	if i >= 0 {
		if k := m.known[i]; k.dst == dst && now < k.until && k.mtu <= mtu { // an MTU never grows by a message
			return true
		}
		m.known = slices.Delete(m.known, i, i+1)
	}
	m.known = append(m.known, pathMTU{dst, mtu, now + pathExpires})
	return true
}

// To is the MTU of the way to dst, over a link with the given one.
func (m *PathMTU) To(now time.Duration, dst netip.Addr, link int) int {
	for i := range m.known {
		if k := &m.known[i]; k.dst == dst && now < k.until {
			return min(k.mtu, link)
		}
	}
	return link
}

// Reset forgets everything.
func (m *PathMTU) Reset() { m.known = m.known[:0] }

// Clone is an independent copy of m.
func (m *PathMTU) Clone() PathMTU { return PathMTU{known: slices.Clone(m.known)} }

// AppendState appends to b what decides how m answers from now on.
func (m *PathMTU) AppendState(now time.Duration, b []byte) []byte {
	for i := range m.known {
		if k := &m.known[i]; now < k.until {
			b, _ = k.dst.AppendBinary(b)
			b = append(b, byte(k.mtu>>8), byte(k.mtu), byte((k.until-now)/time.Second), byte((k.until-now)/time.Second>>8))
		}
	}
	return b
}
