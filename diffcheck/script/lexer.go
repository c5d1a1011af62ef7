package script

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// parser reads a script from left to right. The first error stays: after it
// every method returns at once with a zero value, so that the grammar can be
// written down without a check behind each word.
type parser struct {
	file   string
	src    string
	pos    int
	err    error
	script *Script

	clock      time.Duration // of the last event, since the start
	unfinished bool          // the call being read ends in <unfinished ...>
	titled     bool          // the first comment, or an event, was seen
}

func (p *parser) lineCol(pos int) (line, col int) {
	pos = min(pos, len(p.src))
	before := p.src[:pos]
	return 1 + strings.Count(before, "\n"), pos - strings.LastIndexByte(before, '\n')
}

// failf notes a syntax error at pos.
func (p *parser) failf(pos int, expected, format string, args ...any) {
	if p.err != nil {
		return
	}
	line, col := p.lineCol(pos)
	p.err = &SyntaxError{File: p.file, Line: line, Col: col, Message: fmt.Sprintf(format, args...), Expected: expected}
}

// outside notes that the script needs something that connspec does not have.
func (p *parser) outside(pos int, format string, args ...any) {
	if p.err != nil {
		return
	}
	line, col := p.lineCol(pos)
	p.err = &OutsideError{File: p.file, Line: line, Col: col, What: fmt.Sprintf(format, args...)}
}

// unexpected notes that what comes next is not what the grammar has here.
func (p *parser) unexpected(expected string) { p.failf(p.pos, expected, "found %s", p.upcoming()) }

// upcoming quotes the next word for a message.
func (p *parser) upcoming() string {
	rest := p.src[p.pos:]
	if rest == "" {
		return "the end of the script"
	}
	end := strings.IndexAny(rest, " \t\r\n,()[]{}")
	switch {
	case end < 0:
		end = len(rest)
	case end == 0:
		end = 1
	}
	if end > 30 {
		end = 30
	}
	return fmt.Sprintf("%q", rest[:end])
}

// skip passes over white space and comments.
func (p *parser) skip() {
	for p.err == nil && p.pos < len(p.src) {
		rest := p.src[p.pos:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			p.pos++
		case strings.HasPrefix(rest, "//"):
			p.comment(rest, 2, "\n")
		case rest[0] == '#':
			p.comment(rest, 1, "\n")
		case strings.HasPrefix(rest, "/*"):
			if !strings.Contains(rest[2:], "*/") {
				p.failf(p.pos, `"*/"`, "a comment without end")
				return
			}
			p.comment(rest, 2, "*/")
		default:
			return
		}
	}
}

// comment passes over a comment; the first line of the first one before any
// event is the script's title.
func (p *parser) comment(rest string, open int, end string) {
	text := rest[open:]
	n := strings.Index(text, end)
	if n < 0 {
		n = len(text)
		p.pos += open + n
	} else {
		text = text[:n]
		p.pos += open + n + len(end)
	}
	title, _, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n*/"), "\n")
	title = strings.TrimSpace(title)
	if !p.titled && title != "" && title[0] != '!' {
		p.titled = true
		p.script.Title = title
	}
}

// at reports whether text comes next, after white space.
func (p *parser) at(text string) bool {
	p.skip()
	return p.err == nil && strings.HasPrefix(p.src[p.pos:], text)
}

// take passes over text if it comes next.
func (p *parser) take(text string) bool {
	if !p.at(text) {
		return false
	}
	p.pos += len(text)
	return true
}

// expect passes over text, which must come next.
func (p *parser) expect(text string) {
	if p.err == nil && !p.take(text) {
		p.unexpected(fmt.Sprintf("%q", text))
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// word takes the next identifier, or gives "".
func (p *parser) word() string {
	p.skip()
	if p.err != nil || p.pos >= len(p.src) || !isLetter(p.src[p.pos]) {
		return ""
	}
	start := p.pos
	for p.pos < len(p.src) && (isLetter(p.src[p.pos]) || isDigit(p.src[p.pos])) {
		p.pos++
	}
	return p.src[start:p.pos]
}

// atWord reports whether the next identifier is w.
func (p *parser) atWord(w string) bool {
	start := p.pos
	found := p.word() == w
	if !found {
		p.pos = start
		return false
	}
	p.pos -= len(w)
	return true
}

// takeWord passes over the identifier w if it comes next.
func (p *parser) takeWord(w string) bool {
	if !p.atWord(w) {
		return false
	}
	p.pos += len(w)
	return true
}

// atNumber reports whether a decimal digit comes next.
func (p *parser) atNumber() bool {
	p.skip()
	return p.err == nil && p.pos < len(p.src) && isDigit(p.src[p.pos])
}

// number takes a number between low and high, decimal or, after 0x,
// hexadecimal.
func (p *parser) number(low, high int64, what string) int64 {
	p.skip()
	if p.err != nil {
		return 0
	}
	start := p.pos
	negative := p.take("-")
	base, digits := uint64(10), "0123456789"
	if strings.HasPrefix(p.src[p.pos:], "0x") {
		p.pos += 2
		base, digits = 16, "0123456789abcdef"
	}
	var n uint64
	first := p.pos
	for p.pos < len(p.src) {
		d := strings.IndexByte(digits, p.src[p.pos]|p.src[p.pos]&0x40>>1)
		if d < 0 {
			break
		}
		if n > math.MaxInt64/32 {
			n = math.MaxInt64 / 2
		} else {
			n = n*base + uint64(d)
		}
		p.pos++
	}
	if p.pos == first {
		p.pos = start
		p.unexpected(what)
		return 0
	}
	v := int64(n)
	if negative {
		v = -v
	}
	if v < low || v > high {
		p.failf(start, fmt.Sprintf("%s from %d to %d", what, low, high), "%s is out of range", p.src[start:p.pos])
		return 0
	}
	return v
}

func (p *parser) int32(what string) int32 {
	return int32(p.number(math.MinInt32, math.MaxInt32, what))
}

// seconds takes a time in seconds, to the nanosecond.
func (p *parser) seconds() time.Duration {
	p.skip()
	if p.err != nil {
		return 0
	}
	start := p.pos
	var whole, fraction int64
	for p.pos < len(p.src) && isDigit(p.src[p.pos]) {
		if whole <= int64(DelayMax/time.Second) {
			whole = whole*10 + int64(p.src[p.pos]-'0')
		}
		p.pos++
	}
	if p.pos+1 < len(p.src) && p.src[p.pos] == '.' && isDigit(p.src[p.pos+1]) {
		p.pos++
		for unit := int64(time.Second / 10); p.pos < len(p.src) && isDigit(p.src[p.pos]); unit /= 10 {
			fraction += unit * int64(p.src[p.pos]-'0')
			p.pos++
		}
	}
	if p.pos == start {
		p.unexpected("a time in seconds")
		return 0
	}
	if whole > int64(DelayMax/time.Second) {
		p.failf(start, fmt.Sprintf("at most %v", DelayMax), "a time of %s seconds", p.src[start:p.pos])
		return 0
	}
	return time.Duration(whole)*time.Second + time.Duration(fraction)
}

// quoted takes a C string.
func (p *parser) quoted() []byte {
	p.expect(`"`)
	start := p.pos
	var out []byte
	for p.err == nil && p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch c {
		case '"':
			return out
		case '\\':
			out = append(out, p.escape())
		default:
			out = append(out, c)
		}
	}
	p.failf(start-1, `"`, "a string without end")
	return nil
}

// escape takes what follows a backslash: a letter of C, or an octal or
// hexadecimal number.
func (p *parser) escape() byte {
	if p.pos >= len(p.src) {
		return 0
	}
	c := p.src[p.pos]
	p.pos++
	if i := strings.IndexByte("ntrvfab", c); i >= 0 {
		return "\n\t\r\v\f\a\b"[i]
	}
	if c != 'x' && (c < '0' || c > '7') {
		return c
	}
	base, most, v := 8, 2, int(c-'0')
	if c == 'x' {
		base, most, v = 16, 2, 0
	}
	for ; most > 0 && p.pos < len(p.src); most-- {
		d := strings.IndexByte("0123456789abcdef", p.src[p.pos]|p.src[p.pos]&0x40>>1)
		if d < 0 || d >= base {
			break
		}
		v = v*base + d
		p.pos++
	}
	return byte(v)
}
