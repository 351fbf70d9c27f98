"""Pure rules of the wallet: fees, arrival times, amounts, timelines, reasons of restrictions."""
