package tcp

import (
	"testing"
	"time"
)

func TestSipHashIsThatOfItsPaper(t *testing.T) {
	var key [16]byte
	for i := range key {
		key[i] = byte(i)
	}
	h := newSip(key)
	h.word(0x0706050403020100)
	if got, want := h.finish(0x0f0e0d0c0b0a0908), uint64(0xa129ca6149be45e5); got != want {
		t.Errorf("the example of appendix A gives %016x, want %016x", got, want)
	}
}

func TestISNFollowsRFC6528(t *testing.T) {
	secret, a, b := [16]byte{1}, [16]byte{10: 0xff, 15: 1}, [16]byte{10: 0xff, 15: 2}
	iss, offset := ISN(secret, a, b, 1000, 80, 0)
	later, _ := ISN(secret, a, b, 1000, 80, (&Config{}).Clock(time.Second))
	if later-iss != 250_000 {
		t.Errorf("one second moves the number by %d, want 250000", later-iss)
	}
	if got := Linux(1500).Clock(time.Second); got != 15_625_000 {
		t.Errorf("on Linux one second moves the number by %d, want 15625000", got)
	}
	for name, other := range map[string]func() (uint32, uint32){
		"secret":      func() (uint32, uint32) { return ISN([16]byte{2}, a, b, 1000, 80, 0) },
		"source":      func() (uint32, uint32) { return ISN(secret, b, b, 1000, 80, 0) },
		"destination": func() (uint32, uint32) { return ISN(secret, a, a, 1000, 80, 0) },
		"ports":       func() (uint32, uint32) { return ISN(secret, a, b, 80, 1000, 0) },
	} {
		if i, o := other(); i == iss || o == offset {
			t.Errorf("another %s gives %08x and %08x, want numbers other than %08x and %08x", name, i, o, iss, offset)
		}
	}
}
