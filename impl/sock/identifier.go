package sock

import (
	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/tcp"
)

// NextID is an identification for the next IPv4 packet on path that may be
// fragmented. It is a counter under a keyed digest of the addresses, so that who
// gets packets of the host learns nothing of those to others (RFC 7739 section
// 5.1, for IPv4). A packet that must not be fragmented needs none (RFC 6864
// section 4.1) and has 0.
func (l *Layer) NextID(path *ip.Path) uint16 {
	l.identifier++
	secret := l.cfg.Secret
	secret[len(secret)-1] ^= 0xff // not the digest of a connection's numbers
	h, _ := tcp.ISN(secret, path.Src.As16(), path.Dst.As16(), 0, 0, 0)
	return uint16(h) + l.identifier
}
