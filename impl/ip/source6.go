package ip

import (
	"math/bits"
	"net/netip"
)

// Source6 chooses the source address for an IPv6 destination among the addresses
// of the interface that leads there (RFC 6724 section 5). The rules on deprecated,
// home and temporary addresses have nothing to choose from here, nor has the one
// on interfaces. Without any address it is the unspecified one.
func (t *Table) Source6(dst netip.Addr) netip.Addr {
	if dst == loopback6 {
		return loopback6
	}
	best := netip.IPv6Unspecified()
	if t.down {
		return best
	}
	for _, p := range t.addrs6 {
		if a := p.Addr(); best.IsUnspecified() || better6(p, a, best, dst) {
			best = a
		}
	}
	return best
}

// better6 says whether a, of prefix p, is a better source than b for dst; of equals
// the first stays.
func better6(p netip.Prefix, a, b, dst netip.Addr) bool {
	if a == dst || b == dst { // rule 1: the same address
		return a == dst
	}
	if sa, sb, sd := scopeOf(a), scopeOf(b), scopeOf(dst); sa != sb { // rule 2: the appropriate scope
		if sa < sb {
			return sa >= sd
		}
		return sb < sd
	}
	if la, lb, ld := labelOf(a), labelOf(b), labelOf(dst); (la == ld) != (lb == ld) { // rule 6: a matching label
		return la == ld
	}
	return min(commonBits(a, dst), p.Bits()) > commonBits(b, dst) // rule 8: the longest matching prefix
}

// scopeOf is the scope of an address by the numbers of groups (RFC 6724 section
// 3.1).
func scopeOf(a netip.Addr) byte {
	switch {
	case a.IsMulticast():
		return a.As16()[1] & 15
	case a.IsLinkLocalUnicast(), a == loopback6:
		return 2
	}
	return 14
}

// policy is the default policy table (RFC 6724 section 2.1), longest prefix first.
var policy = []struct {
	prefix netip.Prefix
	label  byte
}{
	{netip.MustParsePrefix("::1/128"), 0},
	{netip.MustParsePrefix("::ffff:0:0/96"), 4},
	{netip.MustParsePrefix("::/96"), 3},
	{netip.MustParsePrefix("2001::/32"), 5},
	{netip.MustParsePrefix("2002::/16"), 2},
	{netip.MustParsePrefix("3ffe::/16"), 12},
	{netip.MustParsePrefix("fec0::/10"), 11},
	{netip.MustParsePrefix("fc00::/7"), 13},
}

func labelOf(a netip.Addr) byte {
	for i := range policy {
		if policy[i].prefix.Contains(a) {
			return policy[i].label
		}
	}
	return 1
}

// commonBits is how many bits two addresses share at their start, 64 at most: the
// interface identifier does not count (RFC 6724 section 2.2).
func commonBits(a, b netip.Addr) int {
	x, y := a.As16(), b.As16()
	for i := range 8 {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d)
		}
	}
	return 64
}
