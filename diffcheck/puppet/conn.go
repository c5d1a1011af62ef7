package puppet

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
)

// conn is what the puppet remembers of one pair of endpoints, all in real
// numbers. A later connection of the same pair goes on in the same conn; the
// host's SYN renews its initial sequence number.
type conn struct {
	proto      script.Proto
	host, far  netip.AddrPort
	hostISN    uint32
	farISN     uint32
	hostKnown  bool // hostISN was seen
	hostReset  bool // the last that the host said on it was RST
	hostAck    uint32
	hostStamps bool   // the host's SYN had the timestamps option
	farStamps  bool   // the puppet's SYN had it
	stamp      uint32 // the host's latest TSval
	quote      [quoteMax]byte
	quoted     int // bytes in quote
}

// quoteMax is how much of a packet is kept to be quoted. It holds every IP and
// TCP header.
const quoteMax = 128

func (c *conn) keep(ip []byte) { c.quoted = copy(c.quote[:], ip) }

// find gives the index of the conn, or -1.
func (p *Puppet) find(proto script.Proto, host, far netip.AddrPort) int {
	for i := len(p.conns) - 1; i >= 0; i-- {
		c := &p.conns[i]
		if c.proto == proto && c.host == host && c.far == far {
			return i
		}
	}
	return -1
}

// conn gives the index of the conn and makes it if it is new.
func (p *Puppet) conn(proto script.Proto, host, far netip.AddrPort) int {
	if i := p.find(proto, host, far); i >= 0 {
		return i
	}
	p.conns = append(p.conns, conn{proto: proto, host: host, far: far})
	i := len(p.conns) - 1
	p.conns[i].farISN = isn(p.seed, uint64(i))
	return i
}

// isn draws the puppet's initial sequence number for its n-th connection
// (splitmix64). It is never so close to 0 that a mistaken absolute number
// could pass for a relative one.
func isn(seed, n uint64) uint32 {
	z := seed + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return uint32(z>>32) | 1<<24
}
