package lab_test

import (
	"os"
	"testing"

	"github.com/connspec/connspec/hwtarget/lab"
)

func TestMain(m *testing.M) {
	if helper := os.Getenv(helperVariable); helper != "" {
		os.Exit(helpers[helper]())
	}
	os.Exit(lab.Main(m))
}
