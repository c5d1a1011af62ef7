package udp

import "net/netip"

// Score says how well a socket with these names fits a datagram from src to
// dst: 0 not at all, else the more it names the higher, so that a connected
// socket goes before a bound one and that before one bound to every address
// (compute_score in Linux's net/ipv4/udp.c; in_pcblookup on BSD). local may be
// unspecified, remote the zero AddrPort or one with port 0.
func Score(local, remote, src, dst netip.AddrPort) int {
	if local.Port() != dst.Port() {
		return 0
	}
	score := 1
	if local.Addr().IsValid() && !local.Addr().IsUnspecified() {
		if local.Addr() != dst.Addr() {
			return 0
		}
		score += 4
	}
	if remote.Addr().IsValid() && !remote.Addr().IsUnspecified() {
		if remote.Addr() != src.Addr() {
			return 0
		}
		score += 4
	}
	if remote.Port() != 0 {
		if remote.Port() != src.Port() {
			return 0
		}
		score += 4
	}
	return score
}
