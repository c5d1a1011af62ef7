package script

import (
	"encoding/hex"
	"strconv"
)

func appendFrame(b []byte, f *Frame) []byte {
	if !f.Implied {
		withPort := f.Proto != ProtoICMP && f.Proto != ProtoICMP6
		b = appendEndpoint(b, f.Src, withPort)
		b = append(b, " > "...)
		b = appendEndpoint(b, f.Dst, withPort)
		b = append(b, ": "...)
	}
	switch f.Proto {
	case ProtoTCP:
		return appendTCP(b, f)
	case ProtoUDP:
		return appendUDP(b, f.Len)
	case ProtoICMP:
		return appendICMP(b, &icmpv4, f)
	case ProtoICMP6:
		return appendICMP(b, &icmpv6, f)
	}
	return append(b, '?')
}

func appendUDP(b []byte, payload int) []byte {
	b = append(b, "udp ("...)
	b = strconv.AppendInt(b, int64(payload), 10)
	return append(b, ')')
}

// tcpFlagLetters are in tcpdump's order; the dot of ACK comes last, which
// packetdrill's grammar needs.
var tcpFlagLetters = [...]struct {
	bit    TCPFlags
	letter byte
}{
	{FIN, 'F'}, {SYN, 'S'}, {RST, 'R'}, {PSH, 'P'}, {URG, 'U'}, {ECE, 'E'}, {CWR, 'W'}, {ACK, '.'},
}

// String prints the flags in tcpdump's letters; "-" for none.
func (f TCPFlags) String() string { return string(appendFlags(nil, f)) }

func appendFlags(b []byte, flags TCPFlags) []byte {
	if flags == 0 {
		return append(b, '-')
	}
	for _, l := range tcpFlagLetters {
		if flags&l.bit != 0 {
			b = append(b, l.letter)
		}
	}
	return b
}

func appendTCP(b []byte, f *Frame) []byte {
	b = appendFlags(b, f.Flags)
	b = append(b, ' ')
	b = appendSeq(b, f.Seq, f.Len)
	if f.Flags&ACK != 0 {
		b = append(b, " ack "...)
		b = strconv.AppendUint(b, uint64(f.Ack), 10)
	}
	if f.HasWindow || f.Window != 0 {
		b = append(b, " win "...)
		b = strconv.AppendUint(b, uint64(f.Window), 10)
	}
	if f.BadSum {
		b = append(b, " (incorrect cksum)"...)
	}
	if f.AnyOptions {
		return append(b, " <...>"...)
	}
	return appendOptions(b, f.Options)
}

// appendSeq prints first:last(length).
func appendSeq(b []byte, seq uint32, payload int) []byte {
	b = strconv.AppendUint(b, uint64(seq), 10)
	b = append(b, ':')
	b = strconv.AppendUint(b, uint64(seq+uint32(payload)), 10)
	b = append(b, '(')
	b = strconv.AppendInt(b, int64(payload), 10)
	return append(b, ')')
}

// appendOptions prints the options in Linux's order, padded to words as
// packetdrill demands. Timestamps and sequence numbers of SACK blocks are not
// recorded, so they are printed as zero.
func appendOptions(b []byte, o TCPOptions) []byte {
	if o == (TCPOptions{}) {
		return b
	}
	sep := " <"
	add := func(s string) {
		b = append(b, sep...)
		b = append(b, s...)
		sep = ","
	}
	if o.MSS != 0 {
		add("mss ")
		b = strconv.AppendUint(b, uint64(o.MSS), 10)
	}
	switch {
	case o.SACKPermitted && o.Timestamps:
		add("sackOK,TS val 0 ecr 0")
	case o.SACKPermitted:
		add("nop,nop,sackOK")
	case o.Timestamps:
		add("nop,nop,TS val 0 ecr 0")
	}
	if o.WindowScale != 0 {
		add("nop,wscale ")
		b = strconv.AppendUint(b, uint64(o.WindowScale-1), 10)
	}
	if o.FastOpen.Present {
		add("FO")
		b = appendFastOpen(b, &o.FastOpen)
	}
	if o.SACKBlocks != 0 {
		add("nop,nop,sack")
		for range o.SACKBlocks {
			b = append(b, " 0:0"...)
		}
	}
	return append(b, '>')
}

// appendICMP prints a message of the protocol that v words.
func appendICMP(b []byte, v *icmpWords, f *Frame) []byte {
	b = append(append(b, v.word...), ' ')
	name, known := v.types[f.ICMPType]
	if known {
		b = append(b, name...)
	} else {
		b = strconv.AppendUint(b, uint64(f.ICMPType), 10)
	}
	codes := v.codes[f.ICMPType]
	switch {
	case int(f.ICMPCode) < len(codes):
		b = append(b, ' ')
		b = append(b, codes[f.ICMPCode]...)
	case f.ICMPCode != 0 || !known:
		b = append(b, ' ')
		b = strconv.AppendUint(b, uint64(f.ICMPCode), 10)
	}
	if f.MTU != 0 {
		b = append(b, " mtu "...)
		b = strconv.AppendUint(b, uint64(f.MTU), 10)
	}
	return appendQuote(b, &f.Quoted)
}

// appendQuote prints the packet that an ICMP message is about.
func appendQuote(b []byte, q *Quote) []byte {
	if q.Proto == 0 {
		return b
	}
	b = append(b, " ["...)
	if q.Src.IsValid() || q.Dst.IsValid() {
		b = appendEndpoint(b, q.Src, true)
		b = append(b, " > "...)
		b = appendEndpoint(b, q.Dst, true)
		b = append(b, ": "...)
	}
	switch {
	case q.Proto == ProtoUDP:
		b = appendUDP(b, q.Len)
	case q.HasSeq:
		b = appendSeq(b, q.Seq, q.Len)
	default:
		b = append(b, "tcp"...)
	}
	return append(b, ']')
}

// appendFastOpen prints what follows the FO of a Fast Open option.
func appendFastOpen(b []byte, o *FastOpen) []byte {
	size := 2 + int(o.Len)
	if o.Experimental {
		b = append(b, "EXP"...)
		size += 2
	}
	if o.Len != 0 {
		b = append(b, ' ')
		b = hex.AppendEncode(b, o.Cookie[:o.Len])
	}
	for ; size%4 != 0; size++ {
		b = append(b, ",nop"...)
	}
	return b
}
