package sock

import "github.com/connspec/connspec/impl/wire"

// parseTCP reads a segment; whether its checksum is looked at, Trusted says.
func (l *Layer) parseTCP(b []byte, p wire.Pseudo) (wire.TCP, []byte, error) {
	if l.Trusted {
		return wire.ParseTCPTrusted(b)
	}
	return wire.ParseTCP(b, p)
}

// parseUDP is parseTCP for a datagram.
func (l *Layer) parseUDP(b []byte, p wire.Pseudo) (wire.UDP, []byte, error) {
	if l.Trusted {
		return wire.ParseUDPTrusted(b)
	}
	return wire.ParseUDP(b, p)
}
