package wire

import "encoding/binary"

// Fragment is a fragment header of IPv6 (RFC 8200 section 4.5).
type Fragment struct {
	Next   Protocol // of the datagram's first header behind the fragment header
	ID     uint32
	Offset uint16 // in bytes, a multiple of 8
	More   bool
}

// FragmentLen is the size of a fragment header, in bytes.
const FragmentLen = 8

// Put writes the header to the first FragmentLen bytes of b.
func (f *Fragment) Put(b []byte) {
	_ = b[FragmentLen-1]
	b[0], b[1] = byte(f.Next), 0
	at := f.Offset &^ 7
	if f.More {
		at |= 1
	}
	binary.BigEndian.PutUint16(b[2:], at)
	binary.BigEndian.PutUint32(b[4:], f.ID)
}

// Extensions is where the extension headers of a packet lead.
type Extensions struct {
	Protocol Protocol // of the upper layer, or ProtocolFragment
	// At is where its header begins in the packet; NextAt is where the field is
	// that says so.
	At, NextAt int
	Fragment   Fragment // with ProtocolFragment; At is where the part begins
	FragmentAt int      // where the fragment header itself begins
}

// Problem is an extension header that the packet must not be taken with. A zero
// Problem with an error means that nobody is told.
type Problem struct {
	Answer bool   // by an ICMPv6 parameter problem
	Groups bool   // though the packet came to a group
	Code   uint8  // of the parameter problem
	At     uint32 // the pointer into the packet
}

// extensionsMax bounds the headers of one packet, optionsMax the options of one
// of them (Linux max_hbh_opts_number and max_dst_opts_number are 8).
const (
	extensionsMax = 8
	optionsMax    = 8
)

// ParseExtensions follows the headers of packet from the one of type next at
// offset at, as far as the upper layer or a fragment header. A hop-by-hop header
// may come first alone (RFC 8200 section 4.1).
func ParseExtensions(packet []byte, next Protocol, at int) (e Extensions, p Problem, err error) {
	e = Extensions{Protocol: next, At: at, NextAt: ipv6NextAt}
	for n := 0; ; n++ {
		switch e.Protocol {
		case ProtocolFragment:
			return e.fragment(packet)
		case ProtocolHopByHop:
			if n > 0 {
				return e, Problem{Answer: true, Code: ICMPv6CodeNext, At: uint32(e.NextAt)}, ErrHeader
			}
		case ProtocolRouting, ProtocolDestination:
		default:
			return e, p, nil
		}
		if n == extensionsMax || len(packet) < e.At+8 {
			return e, p, ErrShort
		}
		size := 8 + 8*int(packet[e.At+1])
		if len(packet) < e.At+size {
			return e, p, ErrShort
		}
		head := packet[e.At : e.At+size]
		if e.Protocol == ProtocolRouting {
			p, err = routingProblem(head, e.At)
		} else {
			p, err = optionsProblem(head, e.At)
		}
		if err != nil {
			return e, p, err
		}
		e.Protocol, e.NextAt, e.At = Protocol(head[0]), e.At, e.At+size
	}
}

func (e Extensions) fragment(packet []byte) (Extensions, Problem, error) {
	if len(packet) < e.At+FragmentLen {
		return e, Problem{}, ErrShort
	}
	b := packet[e.At:]
	at := binary.BigEndian.Uint16(b[2:])
	e.Fragment = Fragment{Next: Protocol(b[0]), ID: binary.BigEndian.Uint32(b[4:]), Offset: at &^ 7, More: at&1 != 0}
	e.FragmentAt, e.NextAt, e.At = e.At, e.At, e.At+FragmentLen
	return e, Problem{}, nil
}

// routingProblem: a host is the end of every route; one with segments left is of
// a type that it does not follow (RFC 8200 section 4.4, RFC 5095).
func routingProblem(head []byte, at int) (Problem, error) {
	if head[3] == 0 {
		return Problem{}, nil
	}
	return Problem{Answer: true, At: uint32(at + 2)}, ErrHeader
}

// optionsProblem looks through a hop-by-hop or destination header: what to do
// about an option that nobody knows, its two highest bits say (RFC 8200 section
// 4.2).
func optionsProblem(head []byte, at int) (Problem, error) {
	for i, n := 2, 0; i < len(head); {
		if head[i] == optionPad1 {
			i++
			continue
		}
		if i+2 > len(head) || i+2+int(head[i+1]) > len(head) {
			return Problem{}, ErrShort
		}
		if kind := head[i]; kind != optionPadN {
			if n++; n > optionsMax {
				return Problem{}, ErrHeader
			}
			p := Problem{Code: ICMPv6CodeOption, At: uint32(at + i)}
			switch kind >> 6 {
			case 1:
				return Problem{}, ErrHeader
			case 2:
				p.Answer, p.Groups = true, true
				return p, ErrHeader
			case 3:
				p.Answer = true
				return p, ErrHeader
			}
		}
		i += 2 + int(head[i+1])
	}
	return Problem{}, nil
}

const (
	optionPad1 = 0
	optionPadN = 1
)
