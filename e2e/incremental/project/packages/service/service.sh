#!/bin/sh
echo service
