package sock

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// A segment finds its connection by a keyed hash of the names at both ends
// (inet_ehashfn). Layer.names holds the connections by their index, and the
// remnants by theirs with a minus sign.

// digest is that hash. The key keeps others from choosing names that collide.
func (l *Layer) digest(local, remote netip.AddrPort) uint64 {
	k := &l.cfg.Secret
	a, b := local.Addr().As16(), remote.Addr().As16()
	h := fold(binary.LittleEndian.Uint64(a[8:])^binary.LittleEndian.Uint64(k[:]), binary.LittleEndian.Uint64(b[8:])^hashOdd)
	h = fold(h^uint64(local.Port())<<16^uint64(remote.Port()), binary.LittleEndian.Uint64(k[8:])|1)
	if local.Addr().Is4() {
		return h
	}
	return fold(h^binary.LittleEndian.Uint64(a[:]), binary.LittleEndian.Uint64(b[:])^hashOdd)
}

// hashOdd is an odd number without pattern, the golden ratio's fraction.
const hashOdd = 0x9e3779b97f4a7c15

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// named is the connection with these names, a remnant if it is negative, or 0.
func (l *Layer) named(local, remote netip.AddrPort) int32 {
	h := l.digest(local, remote)
	for n, at := l.names.First(h); n != 0; n, at = l.names.Next(h, at) {
		if n > 0 {
			if c := l.conns.at(n); c.remote == remote && c.local == local {
				return n
			}
		} else if r := l.remnants.at(-n); r.remote == remote && r.local == local {
			return n
		}
	}
	return 0
}

// enter gives a connection its names, which nobody else may have.
func (l *Layer) enter(n int32, c *connection) {
	c.hashed, c.digest = true, l.digest(c.local, c.remote)
	l.names.Add(c.digest, n)
}

// unhash takes a connection's names away.
func (l *Layer) unhash(n int32, c *connection) {
	if c.hashed {
		c.hashed = false
		l.names.Remove(c.digest, n)
	}
}
