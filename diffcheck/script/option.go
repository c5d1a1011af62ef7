package script

import (
	"math"
	"strconv"

	"github.com/connspec/connspec/spec"
)

// optionForm says how the value of an option is written, and what its length
// is in bytes.
type optionForm uint8

const (
	formInt     optionForm = iota // [1], 4
	formErrno                     // [ECONNREFUSED], 4
	formTimeval                   // {tv_sec=0, tv_usec=200000}, 16
	formLinger                    // {l_onoff=1, l_linger=0}, 8
	formName                      // "lo", 16
	formRoute                     // "\x83\x07…", 7: [spec.LooseSourceRoute]
	formBits                      // [0xc350c350], 4
)

func formOf(o spec.SockOption) optionForm {
	switch o {
	case spec.SoError:
		return formErrno
	case spec.SoSndtimeo, spec.SoRcvtimeo:
		return formTimeval
	case spec.SoLinger:
		return formLinger
	case spec.SoBindtodevice:
		return formName
	case spec.IPOptions:
		return formRoute
	case spec.IPLocalPortRange:
		return formBits
	}
	return formInt
}

// optionSizes are what a call passes along with a value of each form. The
// name of an interface has room for IFNAMSIZ bytes.
var optionSizes = [...]int32{formInt: 4, formErrno: 4, formTimeval: 16, formLinger: 8, formName: 16, formBits: 4, formRoute: int32(len(spec.LooseSourceRoute))}

// structValue reads the value of an option that is no int.
func (p *parser) structValue(f optionForm) int32 {
	switch f {
	case formTimeval:
		return p.timeval()
	case formLinger:
		return p.linger()
	case formBits:
		p.expect("[")
		v := p.number(0, math.MaxUint32, "a number of 32 bits")
		p.expect("]")
		return int32(uint32(v))
	}
	p.skip()
	start := p.pos
	name := string(p.quoted())
	if f == formRoute {
		if name != spec.LooseSourceRoute && p.err == nil {
			p.outside(start, "IP options other than a loose source route by way of 198.51.100.1")
		}
		return 1
	}
	for len(name) > 0 && name[len(name)-1] == 0 { // strace prints the end of the string
		name = name[:len(name)-1]
	}
	d, ok := spec.ParseDevice(name)
	if !ok && p.err == nil {
		p.failf(start, `"lo", "eth0", "eth9" for one that does not exist, or ""`, "unknown interface %q", name)
	}
	return int32(d)
}

// field reads "NAME=" under either of two names.
func (p *parser) field(name, short string) {
	if !p.takeWord(name) && !p.takeWord(short) {
		p.unexpected(name + "=")
	}
	p.expect("=")
}

// timeval reads a struct timeval and gives milliseconds.
func (p *parser) timeval() int32 {
	p.expect("{")
	p.field("tv_sec", "sec")
	sec := p.number(0, 2_000_000, "seconds")
	p.expect(",")
	p.field("tv_usec", "usec")
	p.skip()
	start := p.pos
	usec := p.number(0, 999_999, "microseconds")
	p.expect("}")
	if usec%1000 != 0 {
		p.outside(start, "a time of %d microseconds, which is not whole milliseconds", usec)
	}
	return int32(sec*1000 + usec/1000)
}

func (p *parser) linger() int32 {
	p.expect("{")
	p.field("l_onoff", "onoff")
	on := p.number(0, 1, "0 or 1")
	p.expect(",")
	p.field("l_linger", "linger")
	sec := p.number(0, 3600, "seconds")
	p.expect("}")
	if on == 0 {
		return -1
	}
	return int32(sec)
}

func appendTimeval(b []byte, ms int32) []byte {
	b = append(b, "{tv_sec="...)
	b = appendInt(b, ms/1000)
	b = append(b, ", tv_usec="...)
	b = appendInt(b, ms%1000*1000)
	return append(b, '}')
}

// FormatOption prints the value of an option as strace does.
func FormatOption(o spec.SockOption, value int32) string {
	return string(appendOption(nil, formOf(o), value))
}

// appendOption prints an option's value; that of SO_ERROR by its name.
func appendOption(b []byte, f optionForm, value int32) []byte {
	switch f {
	case formTimeval:
		return appendTimeval(b, value)
	case formLinger:
		on := int32(1)
		if value < 0 {
			on, value = 0, 0
		}
		b = append(b, "{l_onoff="...)
		b = appendInt(b, on)
		b = append(b, ", l_linger="...)
		b = appendInt(b, value)
		return append(b, '}')
	case formRoute:
		return appendString(b, []byte(spec.LooseSourceRoute))
	case formBits:
		b = append(b, "[0x"...)
		b = strconv.AppendUint(b, uint64(uint32(value)), 16)
		return append(b, ']')
	case formName:
		return strconv.AppendQuote(b, spec.Device(value).String())
	}
	b = append(b, '[')
	b = appendOptionValue(b, value, f == formErrno)
	return append(b, ']')
}
