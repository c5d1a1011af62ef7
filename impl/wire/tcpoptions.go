package wire

import "encoding/binary"

// OptionSet says which options a TCP segment has.
type OptionSet uint8

const (
	OptionMSS OptionSet = 1 << iota
	OptionWindowScale
	OptionSACKPermitted
	OptionSACK
	OptionTimestamps
	OptionFastOpen
	OptionFastOpenExperimental // with OptionFastOpen: in the form of RFC 6994
)

// SACKBlock is one block of received data: [Left, Right) (RFC 2018).
type SACKBlock struct{ Left, Right uint32 }

// Limits of options: what fits the 40 bytes there are.
const (
	SACKBlocksMax = 4
	CookieMax     = 16
)

// TCPOptions are the options of a TCP segment that connspec reads and writes.
// A field has a meaning if its bit is in Has.
type TCPOptions struct {
	Has         OptionSet
	WindowScale uint8 // as on the wire: up to 14 is meaningful
	SACKCount   uint8
	CookieLen   uint8 // 0: the Fast Open option asks for a cookie
	MSS         uint16
	TSVal       uint32
	TSEcr       uint32
	SACK        [SACKBlocksMax]SACKBlock
	Cookie      [CookieMax]byte
}

// Option kinds and lengths (RFC 9293 section 3.2, RFC 7323, 2018, 7413).
const (
	kindEnd, kindNOP                    = 0, 1
	kindMSS, lenMSS                     = 2, 4
	kindWindowScale, lenWindowScale     = 3, 3
	kindSACKPermitted, lenSACKPermitted = 4, 2
	kindSACK, lenSACKBase, lenSACKBlock = 5, 2, 8
	kindTimestamps, lenTimestamps       = 8, 10
	kindFastOpen, lenFastOpenBase       = 34, 2
	kindExperiment, lenExperimentBase   = 254, 4
	cookieMin                           = 4
)

// parse reads the option bytes b into o, which is zero.
func (o *TCPOptions) parse(b []byte) {
	for len(b) > 0 {
		kind := b[0]
		if kind == kindEnd {
			return
		}
		if kind == kindNOP {
			b = b[1:]
			continue
		}
		if len(b) < 2 {
			return
		}
		n := int(b[1])
		if n < 2 || n > len(b) {
			return
		}
		o.parseOne(kind, b[2:n])
		b = b[n:]
	}
}

// parseOne reads one option; one of an unknown kind or size counts as absent.
func (o *TCPOptions) parseOne(kind byte, v []byte) {
	switch {
	case kind == kindMSS && len(v) == lenMSS-2:
		o.MSS = binary.BigEndian.Uint16(v)
		o.Has |= OptionMSS
	case kind == kindWindowScale && len(v) == lenWindowScale-2:
		o.WindowScale = v[0]
		o.Has |= OptionWindowScale
	case kind == kindSACKPermitted && len(v) == lenSACKPermitted-2:
		o.Has |= OptionSACKPermitted
	case kind == kindTimestamps && len(v) == lenTimestamps-2:
		o.TSVal, o.TSEcr = binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])
		o.Has |= OptionTimestamps
	case kind == kindSACK && len(v) >= lenSACKBlock && len(v)%lenSACKBlock == 0:
		o.SACKCount = uint8(min(len(v)/lenSACKBlock, SACKBlocksMax))
		for i := range o.SACKCount {
			o.SACK[i] = SACKBlock{binary.BigEndian.Uint32(v[8*i:]), binary.BigEndian.Uint32(v[8*i+4:])}
		}
		o.Has |= OptionSACK
	case kind == kindFastOpen && isCookie(v):
		o.CookieLen = uint8(copy(o.Cookie[:], v))
		o.Has |= OptionFastOpen
	case kind == kindExperiment && len(v) >= 2 && binary.BigEndian.Uint16(v) == fastOpenExperiment && isCookie(v[2:]):
		o.CookieLen = uint8(copy(o.Cookie[:], v[2:]))
		o.Has |= OptionFastOpen | OptionFastOpenExperimental
	}
}

// fastOpenExperiment is the number of Fast Open among experiments (RFC 6994).
const fastOpenExperiment = 0xf989

// isCookie says whether v can be a Fast Open cookie, or the request for one.
func isCookie(v []byte) bool {
	return len(v) == 0 || len(v) >= cookieMin && len(v) <= CookieMax && len(v)%2 == 0
}

// Len is the size of the options with their padding, in bytes.
func (o *TCPOptions) Len() int {
	if o.Has == 0 {
		return 0
	}
	n := 0
	if o.Has&OptionMSS != 0 {
		n += lenMSS
	}
	if o.Has&OptionTimestamps != 0 {
		n += 12 // two bytes of padding, or SACK permitted in their place
	} else if o.Has&OptionSACKPermitted != 0 {
		n += 4
	}
	if o.Has&OptionWindowScale != 0 {
		n += 4
	}
	if o.Has&OptionSACK != 0 {
		n += 4 + lenSACKBlock*int(o.sackFitting())
	}
	if o.Has&OptionFastOpen != 0 {
		n += (o.fastOpenBase() + int(o.cookieFitting()) + 3) &^ 3
	}
	return n
}

// sackFitting is how many SACK blocks fit beside the timestamps (RFC 2018
// section 3). SACK blocks and the options of a SYN never go together.
func (o *TCPOptions) sackFitting() uint8 {
	if o.Has&OptionTimestamps != 0 {
		return min(o.SACKCount, SACKBlocksMax-1)
	}
	return min(o.SACKCount, SACKBlocksMax)
}

func (o *TCPOptions) fastOpenBase() int {
	if o.Has&OptionFastOpenExperimental != 0 {
		return lenExperimentBase
	}
	return lenFastOpenBase
}

func (o *TCPOptions) cookieFitting() uint8 { return min(o.CookieLen, CookieMax) }

// put writes the options to b, which is o.Len() bytes, in the order and with
// the padding of Linux (tcp_options_write): every option on a 4-byte boundary,
// SACK permitted in place of the padding of timestamps.
func (o *TCPOptions) put(b []byte) {
	if o.Has == 0 {
		return
	}
	if o.Has&OptionMSS != 0 {
		binary.BigEndian.PutUint32(b, kindMSS<<24|lenMSS<<16|uint32(o.MSS))
		b = b[4:]
	}
	const nops, sackOK = kindNOP<<8 | kindNOP, kindSACKPermitted<<8 | lenSACKPermitted
	lead := uint32(nops)
	if o.Has&OptionSACKPermitted != 0 {
		lead = sackOK
	}
	if o.Has&OptionTimestamps != 0 {
		binary.BigEndian.PutUint32(b, lead<<16|kindTimestamps<<8|lenTimestamps)
		binary.BigEndian.PutUint32(b[4:], o.TSVal)
		binary.BigEndian.PutUint32(b[8:], o.TSEcr)
		b = b[12:]
	} else if o.Has&OptionSACKPermitted != 0 {
		binary.BigEndian.PutUint32(b, nops<<16|sackOK)
		b = b[4:]
	}
	if o.Has&OptionWindowScale != 0 {
		binary.BigEndian.PutUint32(b, kindNOP<<24|kindWindowScale<<16|lenWindowScale<<8|uint32(o.WindowScale))
		b = b[4:]
	}
	if o.Has&OptionSACK != 0 {
		b = o.putSACK(b)
	}
	if o.Has&OptionFastOpen != 0 {
		base := o.fastOpenBase()
		n := base + copy(b[base:], o.Cookie[:o.cookieFitting()])
		b[0], b[1] = kindFastOpen, byte(n)
		if base == lenExperimentBase {
			b[0] = kindExperiment
			binary.BigEndian.PutUint16(b[2:], fastOpenExperiment)
		}
		for i := n; i < len(b); i++ {
			b[i] = kindNOP
		}
	}
}

func (o *TCPOptions) putSACK(b []byte) []byte {
	n := o.sackFitting()
	size := uint32(lenSACKBase + lenSACKBlock*int(n))
	binary.BigEndian.PutUint32(b, kindNOP<<24|kindNOP<<16|kindSACK<<8|size)
	b = b[4:]
	for _, k := range o.SACK[:n] {
		binary.BigEndian.PutUint32(b, k.Left)
		binary.BigEndian.PutUint32(b[4:], k.Right)
		b = b[lenSACKBlock:]
	}
	return b
}
