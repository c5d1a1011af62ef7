package ports

import "net/netip"

// meets says whether what comes for b could come for o as well
// (inet_rcv_saddr_equal and ipv6_rcv_saddr_equal of Linux; in_pcblookup_local and
// in6_pcblookup_local): both families, unless one is for IPv6 only.
func (b *Binding) meets(o *Binding) bool {
	switch {
	case b.Dev != 0 && o.Dev != 0 && b.Dev != o.Dev:
		return false
	case !b.Six && !o.Six:
		return b.Addr == o.Addr || b.Addr.IsUnspecified() || o.Addr.IsUnspecified()
	case !b.Six || b.Addr.Is4() && o.Addr.Is4():
		mine, theirs := b.four(), o.four()
		return !o.Only && (mine == theirs || mine == any4 || theirs == any4)
	case b.Addr == o.Addr:
		return true
	}
	return o.everywhere() && !(o.Only && b.Addr.Is4()) || b.everywhere() && !(b.Only && o.Addr.Is4())
}

var any4 = netip.IPv4Unspecified()

// everywhere: bound to ::, which covers every address of both families.
func (b *Binding) everywhere() bool { return b.Addr.Is6() && b.Addr.IsUnspecified() }

// four is the IPv4 side of the name; an IPv6 address has none, and stands beside
// no one's but 0.0.0.0 (LOOPBACK4_IPV6 of Linux).
func (b *Binding) four() netip.Addr {
	switch {
	case b.Addr.Is4():
		return b.Addr
	case b.everywhere():
		return any4
	}
	return netip.Addr{}
}

// Fits says how well the name fits a packet to dst: 0 not at all; an address of its
// own counts most, then a family of its own (inet_lookup_listener of Linux).
func (b *Binding) Fits(dst netip.Addr) int {
	switch {
	case b.Addr == dst:
		return 3
	case !b.Six:
		if dst.Is4() && b.Addr == any4 {
			return 2
		}
	case b.everywhere():
		switch {
		case dst.Is6():
			return 2
		case !b.Only:
			return 1
		}
	case b.Addr == any4 && dst.Is4():
		return 1
	}
	return 0
}
