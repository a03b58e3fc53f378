"""A map made ready to travel: pictures, packed arrays, places on a grid."""
