package udp

import "net/netip"

// Score says how well a socket fits a datagram from src to a name that the socket's
// own fits by fit (see ports.Binding.Fits; more is better): 0 not at all, else the
// more of its names are fixed the higher, so that a connected socket goes before a
// bound one and that before one bound to every address (compute_score in Linux's
// net/ipv4/udp.c; in_pcblookup on BSD). remote may be the zero AddrPort or one with
// port 0.
func Score(fit int, remote, src netip.AddrPort) int {
	score := min(fit, 2)
	if fit > 2 {
		score = 5
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
